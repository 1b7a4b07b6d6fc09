import { readFile } from "node:fs/promises";
import type { Metadata } from "sharp";
import { maxFrames, maxPixels, maxSide, maxWorkBytes } from "../../domain/image.ts";
import { type ImageType, isImageSequence, sniffImageType } from "../../domain/image-type.ts";
import { readable } from "./libvips.ts";
import { pictureError, tooMuch, unprocessable, unsupported } from "./image-error.ts";
import { gammaExponent, hasOtherColours, isAnimated, pngChunks } from "./png-chunks.ts";

// Peak bytes of memory per pixel for decoding, rotating and encoding, measured with libvips 8.17 (decision 0019).
const bytesOfPixel = { usual: 11, deepOrInterlaced: 17, clearWebp: 22, avif: 38, clearAvif: 52 };

/**
 * Checks the file at `path` by its header only; nothing is decoded. Throws `unsupported_image`, `image_dimensions`,
 * `unprocessable_image` if the decoder lacks its format, `damaged_image` if the header cannot be read.
 */
export async function judge(path: string): Promise<number> {
  const bytes = await readFile(path);
  const type = sniffImageType(bytes);
  if (type === undefined) throw unsupported("begins like no image that is accepted");
  if (type.extension === "png") judgeChunks(bytes);
  if (isImageSequence(bytes)) throw unprocessable("is an AVIF sequence: save it as GIF or animated WebP");
  const header = await readable(path)
    .metadata()
    .catch((error: unknown) => {
      throw pictureError(error);
    });
  // One file may look like different types to two readers.
  if (header.format !== formatOf(type)) throw unsupported(`${type.extension} read as ${header.format}`);
  if (isTooMuch(header)) throw tooMuch();
  judgeFeatures(header);
  return workBytesOf(header);
}

function judgeChunks(png: Buffer): void {
  const chunks = pngChunks(png);
  if (isAnimated(chunks)) throw unprocessable("is an animated PNG: save it as GIF or animated WebP");
  const exponent = gammaExponent(chunks);
  // The exponents that sharp supports.
  if (hasOtherColours(chunks) || exponent < 1 / 3 || exponent > 3)
    throw unprocessable("has colours of a kind that cannot be processed: save it as sRGB");
}

function judgeFeatures({ format, bitsPerSample = 8, pages = 1, orientation = 1 }: Metadata): void {
  if (format === "heif" && bitsPerSample > 8)
    throw unprocessable("is an AVIF of more than 8 bits a colour: save it with 8 bits, or as JPEG or PNG");
  if (pages > 1 && orientation > 1)
    throw unprocessable("is an animation that lies on its side or is mirrored: save it upright");
}

/** libvips's name of a type. */
function formatOf({ extension }: ImageType): string {
  return { jpg: "jpeg", avif: "heif" }[extension] ?? extension;
}

// Memory and time depend on the number of lines too, not only on the area.
function isTooMuch(header: Metadata): boolean {
  const { width, height, pages = 1, pageHeight = height } = header;
  const pixels = width * pageHeight * pages;
  const isTooLarge = Math.max(width, pageHeight) > maxSide || pages > maxFrames || pixels > maxPixels;
  return isTooLarge || workBytesOf(header) > maxWorkBytes;
}

function workBytesOf(header: Metadata): number {
  const { width, height, pages = 1, pageHeight = height } = header;
  return width * pageHeight * pages * bytesOfPixelIn(header);
}

/** Peak memory per pixel of a picture. */
export function bytesOfPixelIn({ format, depth, isProgressive, hasAlpha }: Metadata): number {
  if (format === "heif") return hasAlpha ? bytesOfPixel.clearAvif : bytesOfPixel.avif;
  if (format === "webp" && hasAlpha) return bytesOfPixel.clearWebp;
  const isCostly = depth !== "uchar" || (format === "png" && isProgressive);
  return isCostly ? bytesOfPixel.deepOrInterlaced : bytesOfPixel.usual;
}
