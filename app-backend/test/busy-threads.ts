import { execFileSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Blocks the threads that hash passwords, without using the processor, until the first `release`: each waits for a write to
 * a pipe. Release them also if the test fails: files and names of this process wait for them, too.
 */
export function busyThreads() {
  const folder = mkdtempSync(join(tmpdir(), "tintype-threads-"));
  const pipe = join(folder, "pipe");
  execFileSync("mkfifo", [pipe]);
  const threads = Number(process.env["UV_THREADPOOL_SIZE"] ?? 4);
  const waiting = Promise.all(Array.from({ length: threads }, () => readFile(pipe)));

  let released: Promise<void> | undefined;
  async function end(): Promise<void> {
    closeSync(openSync(pipe, "w"));
    await waiting;
    rmSync(folder, { recursive: true });
  }
  return { release: () => (released ??= end()) };
}
