/** A client that sends the same request again and again over one connection. */
export interface Client {
  readonly method: "GET" | "POST" | "PUT";
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Sent with each request; an answer that sets another replaces it, as in a browser. */
  readonly cookie?: string;
  /** A request each so many milliseconds. @default - the next one as soon as the last is answered */
  readonly everyMs?: number;
}

/** The bytes of the client's request. */
export function requestOf(client: Client, cookie: string | undefined): string {
  const { method, path, headers = {}, body = "" } = client;
  const lines = Object.entries({
    host: "127.0.0.1",
    ...headers,
    ...(cookie !== undefined && { cookie }),
    ...(body && { "content-length": String(Buffer.byteLength(body)) }),
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n${body}`;
}
