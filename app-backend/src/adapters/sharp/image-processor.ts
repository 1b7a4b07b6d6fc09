import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { fieldError } from "../../domain/app-error.ts";
import { maxWorkBytes } from "../../domain/image.ts";
import { maxImageBytes } from "../../domain/image-type.ts";
import { imageSlots, type Slots, slots } from "../../domain/slots.ts";
import type { Requester } from "../../domain/client.ts";
import type { ImageProcessor, ProcessedImage } from "../../ports/image-processor.ts";
import { decoderProcess } from "./decoder-process.ts";
import { fairQueue } from "./fair-queue.ts";
import { diskError } from "./image-error.ts";

// A picture of up to 13 megapixels, as from a phone, may be processed beside a larger one.
const quickWorkBytes = 150e6;

interface Options {
  /** Folder of temporary files. */
  readonly folder?: string;
  /** Limits the uploads inside, waiting or in progress. */
  readonly inside?: Slots;
  /** How long the decoder may take to check or to encode one picture. @default 40 */
  readonly maxSeconds?: number;
}

type Decoder = ReturnType<typeof decoderProcess>;

type Read = Parameters<ImageProcessor["process"]>[0];

/**
 * Encodes images with libvips in a child process (`decoder.ts`), through files in the temporary folder. A picture that
 * kills that process affects nothing else.
 */
export function sharpImageProcessor({
  folder: place = tmpdir(),
  inside = slots(imageSlots),
  maxSeconds = 40,
}: Options = {}): ImageProcessor {
  const queue = fairQueue({ maxCost: maxWorkBytes, quickCost: quickWorkBytes });
  // One for each picture that the queue runs at a time: an aborted picture kills its process, and must not affect another.
  const decoders = [decoderProcess(), decoderProcess()] as const;
  const busy = new Set<Decoder>();

  return {
    async process(read, requester) {
      requester.signal.throwIfAborted();
      try {
        return await inside.hold(requester.network, () => developInTurn(read, requester));
      } catch (error) {
        requester.signal.throwIfAborted();
        throw diskError(error);
      }
    },
  };

  async function developInTurn(read: Read, requester: Requester): Promise<ProcessedImage | undefined> {
    const { signal } = requester;
    const folder = await mkdtemp(join(place, "tintype-"));
    const discard = () => rm(folder, { recursive: true, force: true });
    const timeoutMs = maxSeconds * 1000;
    try {
      const path = join(folder, "upload");
      const upload = await read();
      if (!upload) return await discard().then(() => undefined);
      await receive(upload, path, signal);
      // Not aborted by the signal: it is short, and an encoding in the same process would be aborted too.
      const cost = await decoders[0].run({ kind: "judge", path }, { timeoutMs });
      const encode = { kind: "encode", path, folder } as const;
      const work = () => inFreeDecoder(cost, (decoder) => decoder.run(encode, { timeoutMs, signal }));
      return { ...(await queue.run({ ...requester, cost }, work)), discard };
    } catch (error) {
      await discard();
      throw error;
    }
  }

  /** Runs `work` with a decoder that encodes nothing else. Large pictures leave the first, which also checks, to quick ones. */
  async function inFreeDecoder<Result>(
    cost: number,
    work: (decoder: Decoder) => Promise<Result>,
  ): Promise<Result> {
    const wanted = cost > quickWorkBytes ? decoders.toReversed() : decoders;
    const decoder = wanted.find((one) => !busy.has(one))!;
    busy.add(decoder);
    try {
      return await work(decoder);
    } finally {
      busy.delete(decoder);
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
