/** A client that sends the same request again and again over one connection. */
export interface Client {
  readonly method: "GET" | "POST" | "PUT";
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Sent with each request; an answer that sets another replaces it, as in a browser. */
  readonly cookie?: string;
  /** Sent as `If-Match` with each request; an answer that has another replaces it. */
  readonly etag?: string;
  /** Whether each request of a list begins where the last answer ended, then at the beginning again. */
  readonly follows?: boolean;
  /** A request each so many milliseconds. @default - the next one as soon as the last is answered */
  readonly everyMs?: number;
}

/** In a body: a number that is another one with each request. */
export const serial = "########";

/** What a client sends of what it was answered. */
export interface Place {
  readonly cookie?: string | undefined;
  readonly etag?: string | undefined;
  readonly cursor?: string | undefined;
}

/** The bytes of the client's request. */
export function requestOf(client: Client, { cookie, etag, cursor }: Place, count = 0): string {
  const { method, path, headers = {} } = client;
  const body = client.body?.replace(serial, String(count).padStart(serial.length, "0")) ?? "";
  const lines = Object.entries({
    host: "127.0.0.1",
    ...headers,
    ...(cookie !== undefined && { cookie }),
    ...(etag !== undefined && { "if-match": etag }),
    ...(body && { "content-length": String(Buffer.byteLength(body)) }),
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  const target = cursor === undefined ? path : `${path}&cursor=${cursor}`;
  return `${method} ${target} HTTP/1.1\r\n${lines.join("")}\r\n${body}`;
}

/** What the client sends after an answer. */
export function placeAfter({ cookie, etag, follows }: Client, before: Place, answer: Place): Place {
  return {
    cookie: cookie === undefined ? undefined : (answer.cookie ?? before.cookie),
    etag: etag === undefined ? undefined : (answer.etag ?? before.etag),
    cursor: follows ? answer.cursor : undefined,
  };
}
