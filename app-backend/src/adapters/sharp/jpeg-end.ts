/** The end marker of a JPEG (ITU-T T.81, B.2.1). */
export const jpegEnd = Buffer.from([0xff, 0xd9]);

// The decoder's limits: the components (ITU-T T.81, B.2.3) and scans that libvips reads at most.
const maxComponents = 4;
const maxScans = 100;
// The longest ICC profile takes 255.
const maxSegments = 10_000;

/**
 * Whether a JPEG has all its scans and no end marker: each coefficient of each component is present in full precision.
 * Only the decoder can tell whether the last scan is complete. Reads no further than the decoder would.
 */
export function lacksOnlyItsEnd(jpeg: Buffer): boolean {
  let missing: Map<number, Set<number>> | undefined;
  let scans = 0;
  for (let at = 2, segments = 0; at + 2 <= jpeg.length; segments += 1) {
    if (jpeg[at] !== 0xff || segments > maxSegments) return false;
    const marker = jpeg[at + 1]!;
    if (marker === 0xd9) return false;
    if (marker === 0xff) {
      at += 1; // a byte of padding
      continue;
    }
    if (at + 4 > jpeg.length) break;
    const start = at + 4;
    const end = Math.max(start, at + 2 + jpeg.readUInt16BE(at + 2));
    at = end;
    if (isFrame(marker)) {
      if (missing !== undefined) return false; // a file has one: processing a million of them would take minutes
      missing = allCoefficients(jpeg.subarray(start, end));
    }
    if (marker !== 0xda) continue;
    if ((scans += 1) > maxScans) return false;
    note(jpeg.subarray(start, end), missing);
    at = endOfScan(jpeg, end);
  }
  return missing !== undefined && [...missing.values()].every((coefficients) => coefficients.size === 0);
}

/** SOF0 to SOF2: baseline, extended and progressive with Huffman codes, the types that are decoded. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xc2;
}

function allCoefficients(frame: Buffer): Map<number, Set<number>> {
  const count = Math.min(frame[5] ?? 0, maxComponents);
  const components = Array.from({ length: count }, (_, index) => frame[6 + 3 * index] ?? 0);
  return new Map(components.map((id) => [id, new Set(Array.from({ length: 64 }, (_, index) => index))]));
}

/** Removes the coefficients that this scan has in full precision. */
function note(scan: Buffer, missing: Map<number, Set<number>> | undefined): void {
  const count = scan[0] ?? 0;
  const [from = 0, to = 63, precision = 0] = scan.subarray(1 + 2 * count);
  if ((precision & 15) !== 0) return; // a later scan refines it
  for (let index = 0; index < Math.min(count, maxComponents); index += 1) {
    const coefficients = missing?.get(scan[1 + 2 * index]!);
    for (let k = from; k <= to; k += 1) coefficients?.delete(k);
  }
}

/** Position of the next marker, ignoring restart markers and stuffed zeros. */
function endOfScan(jpeg: Buffer, from: number): number {
  // Byte by byte: a call of indexOf for each of ten million 0xff takes a second.
  for (let at = from; at < jpeg.length; at += 1) {
    if (jpeg[at] !== 0xff) continue;
    const next = jpeg[at + 1];
    const isData = next === undefined || next === 0 || next === 0xff || (next >= 0xd0 && next <= 0xd7);
    if (!isData) return at;
  }
  return jpeg.length;
}
