import { once } from "node:events";
import { connect as open } from "node:net";

export interface Answer {
  readonly status: number;
  /** What the answer sets, as `name=value`. */
  readonly cookie: string | undefined;
  readonly etag: string | undefined;
  /** Of a list: where its next page begins. */
  readonly cursor: string | undefined;
}

export interface Connection {
  /** Sends one request and resolves when its answer is whole; the next one may be sent then. */
  exchange(request: string): Promise<Answer>;
  close(): void;
}

/**
 * One connection that is kept open. Bare sockets, because node:http's client costs several times what the servers under
 * test do, and the figures would be its own.
 */
export async function connect(port: number): Promise<Connection> {
  const socket = open({ port, host: "127.0.0.1", noDelay: true }).setEncoding("latin1");
  let received = "";
  let waiting: { resolve(answer: Answer): void; reject(error: Error): void } | undefined;

  function fail(error: Error): void {
    waiting?.reject(error);
    waiting = undefined;
  }

  function take(text: string): void {
    received += text;
    const length = answerLength(received);
    if (length === undefined || received.length < length) return;
    const { resolve } = waiting ?? { resolve: () => undefined };
    const whole = received;
    received = "";
    waiting = undefined;
    resolve(answerOf(whole));
  }

  await once(socket, "connect");
  socket.on("data", (text: string) => {
    try {
      take(text);
    } catch (error) {
      fail(error as Error);
    }
  });
  socket.on("error", fail);
  socket.on("close", () => fail(new Error("the server closed a connection that was in use")));

  return {
    exchange: (request) =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        socket.write(request);
      }),
    close: () => socket.destroy(),
  };
}

/** How long the answer is that begins with this text, or undefined as long as its head is incomplete. */
function answerLength(text: string): number | undefined {
  const headEnd = text.indexOf("\r\n\r\n");
  if (headEnd < 0) return undefined;
  const [, length] = /\r\ncontent-length: *(\d+)/i.exec(text) ?? [];
  if (length === undefined && text.slice(9, 12) !== "204")
    throw new Error("an answer without Content-Length");
  return headEnd + 4 + Number(length ?? 0);
}

export function answerOf(text: string): Answer {
  const [, cookie] = /\r\nset-cookie: *([^;\r]+)/i.exec(text) ?? [];
  const [, etag] = /\r\netag: *([^\r]+)/i.exec(text) ?? [];
  const [, cursor] = /"cursor":"([\w-]+)"/.exec(text) ?? [];
  return { status: Number(text.slice(9, 12)), cookie, etag, cursor };
}
