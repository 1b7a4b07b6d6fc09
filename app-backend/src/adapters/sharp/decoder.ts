import { writeFileSync } from "node:fs";
import { AppError } from "../../domain/app-error.ts";
import type { Refusal, Reply, Request, Task } from "./decoder-protocol.ts";

// The program of the decoder process: libvips runs here, and not in the API, which a picture must not be able to stop.

// Short of memory the kernel ends this process before the API and the database. Elsewhere than on Linux there is no such file.
try {
  writeFileSync("/proc/self/oom_score_adj", "1000");
} catch {}

// systemd and a terminal signal every process; the API still needs an answer for the pictures it has.
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => {});
// The API has ended. An ordinary exit would wait for the decoding that is under way.
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
