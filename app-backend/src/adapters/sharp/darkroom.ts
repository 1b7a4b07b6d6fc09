import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp, open, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import pLimit from "p-limit";
import sharp, { type Metadata, type Sharp } from "sharp";
import { AppError, fieldError } from "../../domain/app-error.ts";
import { maxFrames, maxPixels, thumbnailSide } from "../../domain/image.ts";
import {
  imageTypeOf,
  maxImageBytes,
  sniffedBytes,
  sniffImageType,
  type ImageType,
} from "../../domain/image-type.ts";
import type { Darkroom, Developed, Print, Requester } from "../../ports/darkroom.ts";
import { diskError, pictureError, tooMuch, unsupported } from "./picture-error.ts";

// What an image takes while it is developed decides how many at a time, and how large: a micro has 1 GiB.
const atOnce = 1;
const maxInside = 21;
const maxWorkBytes = 600e6;

// Measured with libvips 8.17: bytes of memory for a pixel at the peak of decoding, turning and encoding.
const bytesOfPixel = { usual: 11, deepOrInterlaced: 17, avif: 27 };

// Files are read once: keeping them would only take memory. One thread leaves the other cores to the requests.
sharp.cache(false);
sharp.concurrency(1);

// libvips looks at the bytes itself and reads far more than what is accepted, SVG and PDF among it.
sharp.block({ operation: ["VipsForeignLoad"] });
sharp.unblock({
  operation: ["Jpeg", "Png", "Webp", "Nsgif", "Heif"].map((loader) => `VipsForeignLoad${loader}`),
});

interface Options {
  /** Where files are while they are worked on. */
  readonly folder?: string;
  /** How long the encoding of one picture may take. */
  readonly maxSeconds?: number;
}

type Read = Parameters<Darkroom["develop"]>[0];

/** Encodes images with libvips, outside of the event loop, through files in the temporary folder. */
export function sharpDarkroom({ folder: place = tmpdir(), maxSeconds = 30 }: Options = {}): Darkroom {
  const queue = pLimit(atOnce);
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
    try {
      const path = join(folder, "upload");
      const upload = await read();
      if (!upload) return await discard().then(() => undefined);
      await receive(upload, path, signal);
      await judge(path);
      return { ...(await queue(() => encode(path, folder, maxSeconds, signal))), discard };
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

/** Looks at the header alone: nothing has been decoded yet. */
async function judge(path: string): Promise<void> {
  const type = await typeOf(path);
  if (type === undefined) throw unsupported("begins like no image that is accepted");
  const header = await readable(path)
    .metadata()
    .catch((error: unknown) => {
      throw pictureError(error);
    });
  // One file may look like two things to two readers.
  if (header.format !== formatOf(type)) throw unsupported(`${type.extension} read as ${header.format}`);
  const pixels = pixelsOf(header);
  const isTooLarge = pixels > maxPixels || (header.pages ?? 1) > maxFrames;
  if (isTooLarge || pixels * bytesOfPixelIn(header) > maxWorkBytes) throw tooMuch();
}

/** What libvips calls a type. */
function formatOf({ extension }: ImageType): string {
  return { jpg: "jpeg", avif: "heif" }[extension] ?? extension;
}

function bytesOfPixelIn({ format, depth, isProgressive }: Metadata): number {
  if (format === "heif") return bytesOfPixel.avif;
  return depth !== "uchar" || (format === "png" && isProgressive)
    ? bytesOfPixel.deepOrInterlaced
    : bytesOfPixel.usual;
}

function pixelsOf({ width, height, pages = 1, pageHeight }: Metadata): number {
  return width * (pageHeight === undefined ? height : pageHeight * pages);
}

async function typeOf(path: string): Promise<ImageType | undefined> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(sniffedBytes), 0, sniffedBytes, 0);
    return sniffImageType(buffer.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
}

/** All frames of a file, whose pixels were counted before. */
function readable(path: string): Sharp {
  return sharp(path, { animated: true, failOn: "error", limitInputPixels: false });
}

async function encode(
  path: string,
  folder: string,
  seconds: number,
  signal: AbortSignal,
): Promise<Omit<Developed, "discard">> {
  signal.throwIfAborted();
  const type = (await typeOf(path))!;
  try {
    const upright = readable(path).autoOrient().timeout({ seconds });
    const original = await print(encodedAs(type, upright), join(folder, "original"), type);
    signal.throwIfAborted();
    const small = sharp(path, { failOn: "error", limitInputPixels: false })
      .autoOrient()
      .timeout({ seconds })
      .resize({ width: thumbnailSide, height: thumbnailSide, fit: "inside", withoutEnlargement: true })
      .webp({ quality: 80, effort: 2 });
    const thumbnail = await print(small, join(folder, "thumbnail"), imageTypeOf("image/webp")!);
    return { original, thumbnail };
  } catch (error) {
    throw pictureError(error);
  }
}

function encodedAs({ extension }: ImageType, image: Sharp): Sharp {
  if (extension === "jpg") return image.jpeg({ quality: 90, mozjpeg: false });
  if (extension === "png") return image.png({ compressionLevel: 6 });
  if (extension === "gif") return image.gif({ effort: 3 });
  if (extension === "webp") return image.webp({ quality: 90, effort: 2 });
  return image.avif({ quality: 65, effort: 1 });
}

async function print(image: Sharp, path: string, { contentType, extension }: ImageType): Promise<Print> {
  const { width, height, pageHeight } = await image.toFile(path);
  const { size: bytes } = await stat(path);
  const facts = { contentType, extension, bytes, width, height: pageHeight ?? height };
  return { path, sha256: await sha256Of(path), ...facts };
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}
