import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { appendFile, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Sharp } from "sharp";
import { thumbnailSide } from "../../domain/image.ts";
import { imageTypeOf, type ImageType, sniffImageType } from "../../domain/image-type.ts";
import type { ImageFile } from "../../ports/image-processor.ts";
import type { Encoded } from "./decoder-protocol.ts";
import { jpegEnd, lacksOnlyItsEnd } from "./jpeg-end.ts";
import { readable } from "./libvips.ts";
import { pictureError } from "./image-error.ts";
import { gammaExponent, pngChunks } from "./png-chunks.ts";

/** Writes original and thumbnail of a checked file into `folder`. Throws `damaged_image`, or the disk's error. */
export async function encode(path: string, folder: string): Promise<Encoded> {
  try {
    const { type, exponent, lacksEnd } = await look(path);
    if (lacksEnd) await appendFile(path, jpegEnd);
    // With an added end marker, missing data would decode as grey: then even a warning of the decoder counts.
    const failOn = lacksEnd ? "warning" : "error";
    const upright = (animated: boolean) =>
      withExponent(readable(path, { animated, failOn }).autoOrient(), exponent);
    const original = await write(encodedAs(type, upright(true)), join(folder, "original"), type);
    const small = upright(false)
      .resize({ width: thumbnailSide, height: thumbnailSide, fit: "inside", withoutEnlargement: true })
      .webp({ quality: 80, effort: 2 });
    const thumbnail = await write(small, join(folder, "thumbnail"), imageTypeOf("image/webp")!);
    return { original, thumbnail };
  } catch (error) {
    throw pictureError(error);
  }
}

async function look(path: string): Promise<{ type: ImageType; exponent: number; lacksEnd: boolean }> {
  const bytes = await readFile(path);
  const type = sniffImageType(bytes)!;
  const exponent = type.extension === "png" ? gammaExponent(pngChunks(bytes)) : 1;
  return { type, exponent, lacksEnd: type.extension === "jpg" && lacksOnlyItsEnd(bytes) };
}

/** Raises samples to `exponent`. Sharp applies the quotient of two gammas: one of them is 1. */
function withExponent(image: Sharp, exponent: number): Sharp {
  if (exponent === 1) return image;
  return exponent > 1 ? image.gamma(exponent, 1) : image.gamma(1, 1 / exponent);
}

function encodedAs({ extension }: ImageType, image: Sharp): Sharp {
  if (extension === "jpg") return image.jpeg({ quality: 90, mozjpeg: false });
  if (extension === "png") return image.png({ compressionLevel: 6 });
  if (extension === "gif") return image.gif({ effort: 3 });
  if (extension === "webp") return image.webp({ quality: 90, effort: 2 });
  return image.avif({ quality: 65, effort: 1 });
}

async function write(image: Sharp, path: string, { contentType, extension }: ImageType): Promise<ImageFile> {
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
