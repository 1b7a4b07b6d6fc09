import { inflateRawSync } from "node:zlib";

export interface ZipEntry {
  readonly path: string;
  /** Permissions, as the zip has them: Lambda keeps them, and a file that only its owner may read cannot be loaded. */
  readonly mode: number;
  readonly data: Buffer;
}

const endOfDirectory = 0x06054b50;
const directoryEntry = 0x02014b50;

/** The files of a zip; an Error if it is no zip, or a name leads out of the folder it is unpacked to. */
export function readZip(zip: Buffer): ZipEntry[] {
  let end = zip.length - 22;
  while (end >= 0 && zip.readUInt32LE(end) !== endOfDirectory) end -= 1;
  if (end < 0) throw new Error("Could not unzip uploaded file");
  const entries: ZipEntry[] = [];
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left -= 1) {
    if (zip.readUInt32LE(at) !== directoryEntry) throw new Error("Could not unzip uploaded file");
    const nameLength = zip.readUInt16LE(at + 28);
    const path = zip.toString("utf8", at + 46, at + 46 + nameLength);
    const isUnix = zip.readUInt16LE(at + 4) >> 8 === 3;
    const mode = isUnix ? (zip.readUInt32LE(at + 38) >>> 16) & 0o777 : 0o644;
    if (path.startsWith("/") || path.split("/").includes("..")) throw new Error(`Refused path: ${path}`);
    if (!path.endsWith("/")) entries.push({ path, mode, data: dataAt(zip, at) });
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return entries;
}

function dataAt(zip: Buffer, at: number): Buffer {
  const method = zip.readUInt16LE(at + 10);
  const local = zip.readUInt32LE(at + 42);
  const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
  const raw = zip.subarray(start, start + zip.readUInt32LE(at + 20));
  if (method === 0) return raw;
  if (method === 8) return inflateRawSync(raw);
  throw new Error(`Compression method ${method} is not supported`);
}
