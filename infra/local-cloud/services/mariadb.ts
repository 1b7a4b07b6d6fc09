import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { endChild } from "../../cli/end-child.ts";
import { UserError } from "../../cli/user-error.ts";
import { freePort } from "../../cli/free-port.ts";
import { run, tryRun, which } from "../../cli/run.ts";

export interface Database {
  readonly port: number;
  readonly environment: Record<string, string>;
  stop(): Promise<void>;
}

/** A MariaDB or MySQL of one's own, with its files in a folder, on a free port of the loopback; root has no password. */
export async function startMariadb(folder: string): Promise<Database> {
  const data = join(folder, "data");
  // One that starts removes the temporary tables that it finds: in /tmp they may be another's.
  const temporary = join(folder, "tmp");
  mkdirSync(temporary, { recursive: true });
  // As root it refuses to run without this option.
  const user = process.getuid?.() === 0 ? ["--user=root"] : [];
  const env = { TMPDIR: temporary };
  if (!existsSync(join(data, "mysql"))) await initialize(data, user, env);
  const port = await freePort();
  const server = spawn(
    which("mariadbd") ?? which("mysqld") ?? "/usr/sbin/mariadbd",
    [
      "--no-defaults",
      ...user,
      `--datadir=${data}`,
      "--socket=mysql.sock", // relative to its files: a socket's path has 104 bytes at most
      `--pid-file=${join(folder, "mysql.pid")}`,
      "--bind-address=127.0.0.1",
      `--port=${port}`,
    ],
    { stdio: "ignore", env: { ...process.env, ...env } },
  );
  await ready(server, port);
  return {
    port,
    environment: {
      MYSQL_HOST: "127.0.0.1",
      MYSQL_PORT: String(port),
      MYSQL_USER: "root",
      MYSQL_PASSWORD: "",
    },
    stop: () => endChild(server),
  };
}

async function initialize(data: string, user: string[], env: { TMPDIR: string }): Promise<void> {
  mkdirSync(data, { recursive: true });
  if (which("mariadb-install-db") === undefined) {
    const args = ["--no-defaults", "--initialize-insecure", ...user, `--datadir=${data}`];
    await run("mysqld", args, { env });
    return;
  }
  const root = "--auth-root-authentication-method=normal";
  const args = ["--no-defaults", ...user, `--datadir=${data}`, root, "--skip-test-db"];
  await run("mariadb-install-db", args, { env });
}

async function ready(server: ChildProcess, port: number): Promise<void> {
  const admin = which("mariadb-admin") ?? "mysqladmin";
  const ping = [
    "--no-defaults",
    "--protocol=tcp",
    "--host=127.0.0.1",
    `--port=${port}`,
    "--user=root",
    "ping",
  ];
  for (let waitedMs = 0; waitedMs < 60_000; waitedMs += 100) {
    if (server.exitCode !== null) break;
    if ((await tryRun(admin, ping)).code === 0) return;
    await sleep(100);
  }
  throw new UserError("The database did not start.");
}
