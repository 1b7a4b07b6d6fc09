import { expect, test } from "@jest/globals";
import { shortageOf, whileSpared } from "../../../../src/adapters/mysql/backup/disk-space.ts";

const spared = 500e6;

test.each([
  [1, 4.5e9],
  [2, 8.5e9],
])("%i copies of 4 GB need as much again each, and 500 MB for the application", (copies, needed) => {
  const wanted = { copies, dataBytes: 4e9, spared };
  expect(shortageOf({ ...wanted, freeBytes: needed })).toBeUndefined();
  expect(shortageOf({ ...wanted, freeBytes: needed - 1e6 })).toContain(
    `${needed / 1e6} MB are needed, 500 of them for the application, and ${needed / 1e6 - 1} MB are free`,
  );
});

async function* dump(megabytes: number) {
  for (let sent = 0; sent < megabytes; sent += 8) yield new Uint8Array(8e6);
}

/** How much of a dump is loaded onto a volume with that much free; `free` is undefined if that is not known. */
async function loaded(megabytes: number, free?: number): Promise<number> {
  let bytes = 0;
  const left = async () => free && free - bytes;
  for await (const chunk of whileSpared(dump(megabytes), left, spared)) bytes += chunk.length;
  return bytes / 1e6;
}

test("a copy that is larger than the current tables ends before it takes the space that the application needs", async () => {
  await expect(loaded(400, 600e6)).rejects.toThrow(/leaves 4\d\d MB free .* needs 500\. Nothing was changed/);
  expect(await loaded(80, 600e6)).toBe(80);
  expect(await loaded(400)).toBe(400);
});
