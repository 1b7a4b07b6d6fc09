import { expect, test } from "@jest/globals";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readZip } from "../../../../local-cloud/serverless/lambda/zip.ts";
import { storedZip } from "./harness.ts";

test("stored and deflated files are read, with their permissions", () => {
  const folder = mkdtempSync(join(tmpdir(), "zip-"));
  writeFileSync(join(folder, "a.mjs"), "x".repeat(10_000), { mode: 0o600 });
  execFileSync("python3", ["-m", "zipfile", "-c", "a.zip", "a.mjs"], { cwd: folder });
  const [entry] = readZip(readFileSync(join(folder, "a.zip")));
  rmSync(folder, { recursive: true });
  expect(entry).toEqual({ path: "a.mjs", mode: 0o600, data: Buffer.from("x".repeat(10_000)) });
  expect(readZip(storedZip("b", "text", 0o755))).toEqual([
    { path: "b", mode: 0o755, data: Buffer.from("text") },
  ]);
});

test.each(["../outside", "/etc/passwd", "a/../../b"])(
  "a file that leads out of its folder is refused: %s",
  (name) => {
    expect(() => readZip(storedZip(name, ""))).toThrow("Refused path");
  },
);

test("what is no zip is refused", () => {
  expect(() => readZip(Buffer.from("not a zip"))).toThrow("Could not unzip uploaded file");
});
