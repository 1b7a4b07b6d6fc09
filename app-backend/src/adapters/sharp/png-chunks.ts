/** The chunks of a PNG before its pixels, by type (PNG, third edition, 5.3); the last one if a type repeats. */
export function pngChunks(png: Buffer): ReadonlyMap<string, Buffer> {
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at + 12 <= png.length;) {
    const length = png.readUInt32BE(at);
    const type = png.toString("latin1", at + 4, at + 8);
    if (type === "IDAT") break;
    chunks.set(type, png.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  return chunks;
}

/** Whether it is an APNG of more than one frame. */
export function isAnimated(chunks: ReadonlyMap<string, Buffer>): boolean {
  const control = chunks.get("acTL");
  return control !== undefined && control.length >= 4 && control.readUInt32BE(0) > 1;
}

/** Whether its code points (`cICP`) declare a colour space other than sRGB, such as HDR. libvips ignores the chunk. */
export function hasOtherColours(chunks: ReadonlyMap<string, Buffer>): boolean {
  const [primaries, transfer] = chunks.get("cICP") ?? [1, 13];
  return primaries !== 1 || transfer !== 13;
}

/** The exponent that converts samples (0 to 1) to sRGB, from the chunk `gAMA`, which libvips ignores. 1: unchanged. */
export function gammaExponent(chunks: ReadonlyMap<string, Buffer>): number {
  const gamma = chunks.get("gAMA");
  const isOverruled = ["sRGB", "iCCP", "cICP"].some((type) => chunks.has(type));
  if (isOverruled || gamma?.length !== 4 || gamma.readUInt32BE(0) === 0) return 1;
  const exponent = 100_000 / gamma.readUInt32BE(0) / 2.2;
  return Math.abs(exponent - 1) < 0.05 ? 1 : exponent; // libpng also ignores invisible differences
}
