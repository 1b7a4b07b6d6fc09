import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { inOwnFolder, pack } from "../../../deploy/build/release.ts";

let out: string;
beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), "tintype-build-"));
});
afterEach(() => rmSync(out, { recursive: true }));

/** A build as programs leave it under that umask, each time another. */
function build(umask: number, content: string): void {
  const before = process.umask(umask);
  mkdirSync(join(out, "assets"));
  writeFileSync(join(out, "index.html"), content);
  writeFileSync(join(out, "assets/program"), content, { mode: 0o777 });
  process.umask(before);
}

const modesOf = (archive: string) =>
  Object.fromEntries(
    execFileSync("tar", ["-tvzf", archive], { encoding: "utf8" })
      .trim()
      .split("\n")
      .map((line) => [line.split(" ").at(-1), line.slice(0, 10)]),
  );

test.each([0o077, 0o000])(
  "REL-13 a host may read a release whatever umask it was built under: %i",
  async (umask) => {
    build(umask, `${Math.random()}`);
    const { archive } = await pack("test", out);
    expect(modesOf(archive)).toEqual({
      "./": "drwxr-xr-x",
      "./assets/": "drwxr-xr-x",
      "./assets/program": "-rwxr-xr-x",
      "./index.html": "-rw-r--r--",
    });
    rmSync(archive);
  },
);

test("USE-12 a build has a folder of its process alone, which is gone even if the build fails", async () => {
  const folders: string[] = [];
  const failing = inOwnFolder("app-backend", async (folder) => {
    folders.push(folder);
    mkdirSync(folder, { recursive: true });
    throw new Error("no space left");
  });
  await expect(failing).rejects.toThrow("no space left");
  expect(folders).toEqual([expect.stringContaining(`${process.pid}`)]);
  expect(existsSync(folders[0]!)).toBe(false);
});
