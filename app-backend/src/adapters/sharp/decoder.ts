import { writeFileSync } from "node:fs";
import { AppError } from "../../domain/app-error.ts";
import type { Refusal, Reply, Request, Task } from "./decoder-protocol.ts";

// The program of the decoder process: libvips runs here and not in the API, which no picture must be able to stop.

// If memory is short, the kernel kills this process before the API and the database. This file exists only on Linux.
try {
  writeFileSync("/proc/self/oom_score_adj", "1000");
} catch {}

// systemd and terminals signal every process; the API still needs results for the pictures in progress.
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => {});
// The API has ended. An ordinary exit would wait for a decoding in progress.
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));

const { encode } = await import("./encode.ts");
const { judge } = await import("./inspect.ts");

process.on("message", async ({ id, task }: Request) => {
  try {
    send({ id, result: await perform(task) });
  } catch (error) {
    send({ id, refusal: refusalOf(error) });
  }
});
send({ ready: true });

async function perform(task: Task) {
  if (task.kind === "encode") return encode(task.path, task.folder);
  return judge(task.path);
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof AppError) return { code: error.code, message: error.message, faults: error.faults };
  const { code, stack = String(error) } = error as NodeJS.ErrnoException;
  return { message: stack, errno: code };
}

function send(reply: Reply): void {
  process.send?.(reply);
}
