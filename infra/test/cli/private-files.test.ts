import { afterAll, expect, test } from "@jest/globals";
import { closeSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openPrivateLog } from "../../cli/private-files.ts";

const scratch = mkdtempSync(join(tmpdir(), "tintype-log-"));
afterAll(() => {
  rmSync(scratch, { recursive: true });
});

const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);

function open(folder: string): string {
  const path = join(folder, "cloud.log");
  closeSync(openPrivateLog(path));
  return path;
}

test("a new log is its owner's alone, and so is its folder", () => {
  const folder = join(scratch, "new");
  const log = open(folder);
  expect([mode(folder), mode(log)]).toEqual(["700", "600"]);
});

test("a log that others could read becomes its owner's alone, and keeps its lines", () => {
  const folder = join(scratch, "old");
  mkdirSync(folder, { mode: 0o755 });
  writeFileSync(join(folder, "cloud.log"), "line\n", { mode: 0o644 });
  const log = open(folder);
  expect([mode(folder), mode(log), readFileSync(log, "utf8")]).toEqual(["700", "600", "line\n"]);
});
