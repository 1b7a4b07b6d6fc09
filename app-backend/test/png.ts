import { crc32 } from "node:zlib";

const afterHeader = 33;

/** A PNG with additional chunks after its header. */
export function pngWith(png: Buffer, chunks: Record<string, Buffer>): Buffer {
  const added = Object.entries(chunks).map(([type, data]) => chunk(type, data));
  return Buffer.concat([png.subarray(0, afterHeader), ...added, png.subarray(afterHeader)]);
}

/** A PNG with another size in its header. */
export function pngOfSize(png: Buffer, width: number, height: number): Buffer {
  const header = Buffer.from(png.subarray(16, 29));
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  return Buffer.concat([png.subarray(0, 8), chunk("IHDR", header), png.subarray(afterHeader)]);
}

function chunk(type: string, data: Buffer): Buffer {
  const typed = Buffer.concat([Buffer.from(type), data]);
  return Buffer.concat([u32(data.length), typed, u32(crc32(typed))]);
}

/** Numbers as in a PNG: four bytes, big-endian. */
export function u32(...values: number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, 4 * index);
  return bytes;
}
