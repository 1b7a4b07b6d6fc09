import { inflateRawSync } from "node:zlib";
import { expect, test } from "@jest/globals";
import { zip } from "../zip.ts";

const files = [
  { path: "api.mjs", data: Buffer.from("export const handler = () => {};\n".repeat(50)) },
  { path: "node_modules/ünicode/empty", data: Buffer.alloc(0) },
];

/** What is in an archive, by its directory. */
function read(archive: Buffer) {
  const end = archive.length - 22;
  expect(archive.readUInt32LE(end)).toBe(0x06054b50);
  const found: { path: string; mode: number; data: string }[] = [];
  let at = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left -= 1) {
    expect(archive.readUInt32LE(at)).toBe(0x02014b50);
    const nameLength = archive.readUInt16LE(at + 28);
    const local = archive.readUInt32LE(at + 42);
    expect(archive.readUInt32LE(local)).toBe(0x04034b50);
    const start = local + 30 + archive.readUInt16LE(local + 26);
    const packed = archive.subarray(start, start + archive.readUInt32LE(at + 20));
    found.push({
      path: archive.toString("utf8", at + 46, at + 46 + nameLength),
      mode: archive.readUInt32LE(at + 38) >>> 16,
      data: inflateRawSync(packed).toString(),
    });
    at += 46 + nameLength;
  }
  expect(at).toBe(end);
  return found;
}

test("an archive has each file as it is, readable for all", () => {
  expect(read(zip(files))).toEqual(
    files.map(({ path, data }) => ({ path, data: data.toString(), mode: 0o100644 })),
  );
});

test("DEP-10 the same files are the same bytes, in whatever order they come", () => {
  expect(zip(files.toReversed()).equals(zip(files))).toBe(true);
});
