export type HeaderProblem = "image_dimensions" | "animated_png" | "avif_sequence" | "deep_avif";

/** What the server decodes at most. */
const maxSide = 16_384;
const maxPixels = 50_000_000;

/** How many bytes `headerProblem` needs: in most files all that comes before the pixels. */
export const headerBytes = 64 * 1024;

/**
 * Why the server will not process a picture, if its header shows it: a PNG's size, an animated PNG, an
 * AVIF that has more than 8 bits a colour. `type` is what its first bytes announce.
 */
export function headerProblem(head: Uint8Array, type: string): HeaderProblem | undefined {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  if (type === "image/png" && head.length >= 24)
    return sizeProblem(view.getUint32(16), view.getUint32(20)) ?? pngProblem(view);
  return type === "image/avif" ? avifProblem(head) : undefined;
}

function sizeProblem(width: number, height: number): HeaderProblem | undefined {
  return Math.max(width, height) > maxSide || width * height > maxPixels ? "image_dimensions" : undefined;
}

/** APNG announces its frames in a chunk `acTL` before the pixels. One frame is a still. */
function pngProblem(view: DataView): HeaderProblem | undefined {
  for (let at = 8; at + 12 <= view.byteLength; at += 12 + view.getUint32(at)) {
    const type = view.getUint32(at + 4);
    if (type === 0x49444154) return undefined; // IDAT
    if (type === 0x6163544c) return view.getUint32(at + 8) > 1 ? "animated_png" : undefined; // acTL
  }
  return undefined;
}

/** AV1-ISOBMFF 2.3: the box `av1C` begins with marker and version, then profile and level, then a bit for high depth. */
function avifProblem(head: Uint8Array): HeaderProblem | undefined {
  const at = new TextDecoder("latin1").decode(head).indexOf("av1C\x81");
  return at !== -1 && (head[at + 6]! & 0x40) !== 0 ? "deep_avif" : undefined;
}
