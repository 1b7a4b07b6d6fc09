/** The largest accepted image, in bytes. */
export const maxImageBytes = 10 * 1024 * 1024;

/** How many leading bytes `sniffImageType` needs. */
export const sniffedBytes = 64;

export interface ImageType {
  readonly contentType: string;
  readonly extension: string;
}

const jpeg: ImageType = { contentType: "image/jpeg", extension: "jpg" };
const png: ImageType = { contentType: "image/png", extension: "png" };
const gif: ImageType = { contentType: "image/gif", extension: "gif" };
const webp: ImageType = { contentType: "image/webp", extension: "webp" };
const avif: ImageType = { contentType: "image/avif", extension: "avif" };

const imageTypes = [jpeg, png, gif, webp, avif];

/** The image type of an accepted media type, or undefined. */
export function imageTypeOf(contentType: string): ImageType | undefined {
  return imageTypes.find((type) => type.contentType === contentType);
}

/** The type by the first bytes, regardless of name and label. Undefined: not accepted. */
export function sniffImageType(head: Uint8Array): ImageType | undefined {
  const text = String.fromCharCode(...head.subarray(0, sniffedBytes));
  if (text.startsWith("\xff\xd8\xff")) return jpeg;
  if (text.startsWith("\x89PNG\r\n\x1a\n\0\0\0\rIHDR")) return png;
  if (/^GIF8[79]a/.test(text)) return gif;
  if (/^RIFF[^]{4}WEBPVP8[ LX]/.test(text)) return webp;
  if (isAvif(head)) return avif;
  return undefined;
}

/** Whether an AVIF is a sequence of images. One that also has a still is a sequence: the still is its cover. */
export function isImageSequence(head: Uint8Array): boolean {
  return brandsOf(head).includes("avis");
}

function isAvif(head: Uint8Array): boolean {
  return brandsOf(head).some((brand) => brand === "avif" || brand === "avis");
}

/** The brands that an ISO base media file lists in its first box, `ftyp`: the major one and the compatible. */
function brandsOf(head: Uint8Array): string[] {
  const text = String.fromCharCode(...head.subarray(0, sniffedBytes));
  if (head.length < 16 || text.slice(4, 8) !== "ftyp") return [];
  const boxBytes = new DataView(head.buffer, head.byteOffset).getUint32(0);
  if (boxBytes < 16 || boxBytes > 2000 || boxBytes % 4 !== 0) return [];
  const words = text.slice(8, boxBytes).match(/[^]{4}/g) ?? [];
  return words.filter((_word, index) => index !== 1); // the second is the minor version
}
