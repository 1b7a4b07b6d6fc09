import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { endChild } from "../../cli/end-child.ts";
import { freePort } from "../../cli/free-port.ts";
import { which } from "../../cli/run.ts";
import { UserError } from "../../cli/user-error.ts";

export interface Redis {
  readonly environment: Record<string, string>;
  stop(): Promise<void>;
}

/** A Redis or Valkey on a free port of the loopback, with a password, that keeps nothing on disk. */
export async function startRedis(): Promise<Redis> {
  const port = await freePort();
  const password = randomBytes(16).toString("hex");
  const server = spawn(which("redis-server") ?? which("valkey-server") ?? "/usr/bin/redis-server", ["-"], {
    stdio: ["pipe", "ignore", "ignore"],
  }).on("error", () => undefined);
  // By its input: others can read the command line.
  server.stdin
    ?.on("error", () => undefined)
    .end(`bind 127.0.0.1\nport ${port}\nrequirepass ${password}\nsave ""\nappendonly no\n`);
  for (let waitedMs = 0; !(await listens(port)); waitedMs += 50) {
    if (server.pid !== undefined && server.exitCode === null && waitedMs < 20_000) await sleep(50);
    else {
      if (server.pid !== undefined) await endChild(server);
      throw new UserError("Redis did not start.");
    }
  }
  return {
    environment: { REDIS_HOST: "127.0.0.1", REDIS_PORT: String(port), REDIS_PASSWORD: password },
    stop: () => endChild(server),
  };
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}
