import { execFileSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Blocks the threads that hash passwords, without using the processor, until `release`: each waits for a write to a
 * pipe.
 */
export function busyThreads() {
  const folder = mkdtempSync(join(tmpdir(), "tintype-threads-"));
  const pipe = join(folder, "pipe");
  execFileSync("mkfifo", [pipe]);
  const threads = Number(process.env["UV_THREADPOOL_SIZE"] ?? 4);
  const waiting = Promise.all(Array.from({ length: threads }, () => readFile(pipe)));

  async function release(): Promise<void> {
    closeSync(openSync(pipe, "w"));
    await waiting;
    rmSync(folder, { recursive: true });
  }
  return { release };
}
