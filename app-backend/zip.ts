import { crc32, deflateRawSync } from "node:zlib";

export interface ZipFile {
  /** Relative, with slashes. */
  readonly path: string;
  readonly data: Buffer;
}

// The first day that the format knows: the same files result in the same bytes whenever they are packed.
const date = (1 << 5) | 1;
const madeByUnix = 3 << 8;
const mode = 0o100644; // readable for all, whatever the umask was: nothing in it is run
const version = 20;
const deflated = 8;
const utf8Names = 1 << 11;

/** A zip archive of regular files, in the order of their paths, without times. */
export function zip(files: readonly ZipFile[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const { path, data } of files.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    const name = Buffer.from(path);
    const packed = deflateRawSync(data, { level: 9 });
    const common = Buffer.alloc(26);
    common.writeUInt16LE(version, 0);
    common.writeUInt16LE(utf8Names, 2);
    common.writeUInt16LE(deflated, 4);
    common.writeUInt16LE(date, 8);
    common.writeUInt32LE(crc32(data), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(data.length, 18);
    common.writeUInt16LE(name.length, 22);
    parts.push(Buffer.from("PK\x03\x04"), common, name, packed);

    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(mode * 0x10000, 6);
    rest.writeUInt32LE(at, 10);
    const by = Buffer.alloc(2);
    by.writeUInt16LE(madeByUnix | version);
    directory.push(Buffer.from("PK\x01\x02"), by, common, rest, name);
    at += 30 + name.length + packed.length;
  }
  const end = Buffer.alloc(18);
  const size = directory.reduce((sum, { length }) => sum + length, 0);
  end.writeUInt16LE(files.length, 4);
  end.writeUInt16LE(files.length, 6);
  end.writeUInt32LE(size, 8);
  end.writeUInt32LE(at, 12);
  return Buffer.concat([...parts, ...directory, Buffer.from("PK\x05\x06"), end]);
}
