import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { openRedis, type RedisConfig } from "../src/adapters/redis/client.ts";
import { eventually } from "./eventually.ts";

/** The server that runs around the tests, which files share. */
export function sharedRedis(): RedisConfig {
  const { REDIS_HOST = "127.0.0.1", REDIS_PORT, REDIS_PASSWORD = "" } = process.env;
  return { host: REDIS_HOST, port: Number(REDIS_PORT), password: REDIS_PASSWORD };
}

/** A separate server, which a test can pause, kill and start again on the same port. */
export async function startOwnRedis() {
  const config = { host: "127.0.0.1", port: await freePort(), password: "a password" };
  let server: ChildProcess | undefined;

  async function start(): Promise<void> {
    server = spawn("redis-server", ["-"], { stdio: ["pipe", "ignore", "ignore"] });
    const settings = ["bind 127.0.0.1", `port ${config.port}`, `requirepass "${config.password}"`];
    server.stdin?.end([...settings, 'save ""', "appendonly no", ""].join("\n"));
    await eventually(answers);
  }

  /** Whether it answers a command on a connection of its own. */
  async function answers(): Promise<boolean> {
    const redis = openRedis(config, { onFault: () => undefined });
    try {
      await eventually(
        () =>
          redis.send(["PING"]).then(
            () => true,
            () => false,
          ),
        1_000,
      );
      return true;
    } catch {
      return false;
    } finally {
      redis.close();
    }
  }

  async function kill(): Promise<void> {
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, "exit");
    server.kill("SIGKILL"); // a paused one ends by no other
    await ended;
  }

  await start();
  return {
    config,
    start,
    kill,
    pause: () => void server?.kill("SIGSTOP"),
    resume: () => void server?.kill("SIGCONT"),
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
