import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import pLimit from "p-limit";
import { AppError, fieldError } from "../../domain/app-error.ts";
import { maxImageBytes } from "../../domain/image-type.ts";
import type { Darkroom, Developed, Requester } from "../../ports/darkroom.ts";
import { decoderProcess } from "./decoder-process.ts";
import { diskError } from "./picture-error.ts";

// What an image takes while it is developed decides how many at a time, and how large: a micro has 1 GiB.
const atOnce = 1;
const maxInside = 21;

interface Options {
  /** Where files are while they are worked on. */
  readonly folder?: string;
  /** How long the decoder may take for one picture, and longer for none. */
  readonly maxSeconds?: number;
}

type Read = Parameters<Darkroom["develop"]>[0];

/**
 * Encodes images with libvips in a process of its own (`decoder.ts`), through files in the temporary folder. A picture that
 * stops that process stops nothing else.
 */
export function sharpDarkroom({ folder: place = tmpdir(), maxSeconds = 40 }: Options = {}): Darkroom {
  const queue = pLimit(atOnce);
  const decoder = decoderProcess();
  let inside = 0;

  return {
    async develop(read, requester) {
      // Counted before anything is waited for, so that many at once cannot all find it empty.
      if (inside >= maxInside) throw new AppError("unavailable", "too many images wait");
      inside += 1;
      try {
        return await developInTurn(read, requester);
      } catch (error) {
        requester.signal.throwIfAborted();
        throw diskError(error);
      } finally {
        inside -= 1;
      }
    },
  };

  async function developInTurn(read: Read, { signal }: Requester): Promise<Developed | undefined> {
    signal.throwIfAborted();
    const folder = await mkdtemp(join(place, "tintype-"));
    const discard = () => rm(folder, { recursive: true, force: true });
    const terms = { timeoutMs: maxSeconds * 1000, signal };
    try {
      const path = join(folder, "upload");
      const upload = await read();
      if (!upload) return await discard().then(() => undefined);
      await receive(upload, path, signal);
      await decoder.run({ kind: "judge", path }, terms);
      const encoded = await queue(() => decoder.run({ kind: "encode", path, folder }, terms));
      return { ...encoded!, discard };
    } catch (error) {
      await discard();
      throw error;
    }
  }
}

async function receive(upload: AsyncIterable<Uint8Array>, path: string, signal: AbortSignal): Promise<void> {
  let bytes = 0;
  async function* limited() {
    for await (const chunk of upload) {
      bytes += chunk.length;
      if (bytes > maxImageBytes)
        throw fieldError("image_too_large", "image", `is larger than ${maxImageBytes} bytes`);
      yield chunk;
    }
  }
  await pipeline(limited, createWriteStream(path), { signal });
}
