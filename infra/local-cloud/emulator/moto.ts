import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../../cli/free-port.ts";
import { which } from "../../cli/run.ts";

// Its line for each request would hold the signed URLs, with which anybody can read a picture for a while.
const accessLine = /" \d{3} (-|\d+)$/;

/** Starts moto, which emulates the AWS API in memory, on the loopback; ready when it answers. */
export async function startMoto(
  log: NodeJS.WritableStream = process.stderr,
): Promise<{ url: URL; process: ChildProcess }> {
  const port = await freePort();
  const [program, ...args] =
    which("moto_server") === undefined
      ? [
          "docker",
          "run",
          "--rm",
          "--env",
          "MOTO_DISABLE_GLOBAL_CORS",
          "--publish",
          `127.0.0.1:${port}:5000`,
          "motoserver/moto:5.1.22",
        ]
      : ["moto_server", "-H", "127.0.0.1", "-p", String(port)];
  const child = spawn(program!, args, {
    stdio: ["ignore", "ignore", "pipe"],
    // Else it answers every origin, also for a bucket without CORS rules.
    env: { ...process.env, MOTO_DISABLE_GLOBAL_CORS: "true" },
  });
  createInterface({ input: child.stderr }).on("line", (line) => {
    if (!accessLine.test(line)) log.write(`${line}\n`);
  });
  const url = new URL(`http://127.0.0.1:${port}`);
  while (child.exitCode === null) {
    const answer = await fetch(new URL("/moto-api/", url)).catch(() => undefined);
    if (answer?.ok) return { url, process: child };
    await sleep(100);
  }
  throw new Error(`${program} ended with exit code ${child.exitCode}`);
}
