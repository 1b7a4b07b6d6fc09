import { createClient } from "@redis/client";
import { AppError } from "../../domain/app-error.ts";
import { isAway, RedisTimeout } from "./redis-error.ts";

export interface RedisConfig {
  readonly host: string;
  readonly port: number;
  readonly password: string;
}

interface Options {
  /** Called when the connection fails, once for each reason until it is back. */
  readonly onFault: (error: unknown) => void;
}

export type Redis = ReturnType<typeof openRedis>;

const commandTimeoutMs = 250;
const connectTimeoutMs = 250;
/** Of the socket, over which a PING goes every `pingMs`: a server that was paused is noticed without a command. */
const silenceMs = 500;
const pingMs = 200;
const maxRetryMs = 400;
/** How many commands may wait for a reply. */
const maxWaiting = 10_000;

/** A server that speaks the protocol of Redis 6.2. Connects in the background, and again whenever the connection is lost. */
export function openRedis({ host, port, password }: RedisConfig, { onFault }: Options) {
  const client = createClient({
    password,
    disableOfflineQueue: true,
    disableClientInfo: true, // a command of 7.2
    maintNotifications: "disabled",
    commandsQueueMaxLength: maxWaiting,
    pingInterval: pingMs,
    socket: {
      host,
      port,
      connectTimeout: connectTimeoutMs,
      socketTimeout: silenceMs,
      // The driver's own strategy gives up after a silence.
      reconnectStrategy: (retries) =>
        Math.min(50 * 2 ** Math.min(retries, 8), maxRetryMs) * (0.75 + Math.random() / 4),
    },
  });
  /** Of the current connection; undefined until it was asked for. */
  let run: Promise<string> | undefined;
  let reported = "";
  /** Commands that took too long, and have no reply yet. */
  let late = 0;

  client.on("ready", () => {
    run = undefined;
    reported = "";
  });
  client.on("error", (error: Error) => {
    run = undefined;
    if (error.message === reported) return;
    reported = error.message;
    onFault(error);
  });
  client.connect().catch(() => undefined); // `error` has it

  /**
   * The replies of commands that are sent together. Throws `unavailable` if one has no reply in 250 ms, or the server
   * cannot do it now; then none, some or all may have been done.
   */
  async function send(...commands: readonly (readonly string[])[]): Promise<unknown[]> {
    // More would only queue up behind it: they would reach a server that is paused much later, and keep the socket from being silent.
    if (late > 0) throw new AppError("unavailable", "Redis does not answer");
    try {
      return await inTime(Promise.all(commands.map((command) => client.sendCommand(command))));
    } catch (error) {
      if (isAway(error)) throw new AppError("unavailable", "Redis is away", { cause: error });
      throw error;
    }
  }

  /** Replies cannot be mixed up by this: the driver still waits for each of them. */
  function inTime<Result>(work: Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      const giveUp = () => {
        late += 1;
        const settled = () => void (late -= 1);
        work.then(settled, settled);
        reject(new RedisTimeout(`no answer within ${commandTimeoutMs} ms`));
      };
      // If this process itself was blocked, the reply may have arrived unread: it is read before the timeout counts.
      const timer = setTimeout(() => setImmediate(giveUp), commandTimeoutMs);
      work.then(resolve, reject).finally(() => clearTimeout(timer));
    });
  }

  /** The id that the server drew when it started. Throws `unavailable`. */
  function currentRun(): Promise<string> {
    run ??= askRun().catch((error: unknown) => {
      run = undefined;
      throw error;
    });
    return run;
  }

  async function askRun(): Promise<string> {
    const [info] = await send(["INFO", "server"]);
    const [, id] = /^run_id:(\w+)/m.exec(String(info)) ?? [];
    if (id === undefined) throw new AppError("unavailable", "Redis has no run_id");
    return id;
  }

  function close(): void {
    client.unref(); // a socket that is just being made is not closed
    if (client.isOpen) client.destroy();
  }

  return { send, currentRun, close };
}
