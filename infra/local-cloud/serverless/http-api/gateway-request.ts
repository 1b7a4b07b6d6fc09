import type { IncomingMessage } from "node:http";

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
const maxHeaderBytes = 10_240;
const maxBodyBytes = 10 * 1024 * 1024;

export interface GatewayRequest {
  readonly method: string;
  /** Decoded once. A decoded `?` or `#` stays in it. */
  readonly path: string;
  /** As received, without the `?`. */
  readonly query: string;
  /** Lower-case names, the values of a repeated header joined by commas; without `cookie`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: readonly string[];
  readonly sourceIp: string;
  readonly body: Buffer;
}

/** A request that the gateway itself answers. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}

/** Reads a request whole; throws what the gateway answers to one that is too large or cannot be decoded. */
export async function readRequest(message: IncomingMessage): Promise<GatewayRequest> {
  const { method = "GET", url = "/" } = message;
  const [rawPath = "/", ...rest] = url.split("?");
  const values = Object.entries(message.headersDistinct).map(([name, all = []]) => [name, all] as const);
  const headerBytes = values.flatMap(([, all]) => all).reduce((sum, value) => sum + value.length, 0);
  if (headerBytes + `${method} ${url} HTTP/1.1`.length > maxHeaderBytes) {
    throw new Refused(431, "Request Header Fields Too Large");
  }
  const headers = Object.fromEntries(values.map(([name, all]) => [name, all.join(",")]));
  const { cookie: _, ...others } = headers;
  const cookies = message.headersDistinct["cookie"] ?? [];
  return {
    method,
    path: decodedPath(rawPath),
    query: rest.join("?"),
    headers: others,
    cookies: cookies.flatMap((all) => all.split(/; */)).filter((one) => one !== ""),
    sourceIp: (message.socket.remoteAddress ?? "").replace(/^::ffff:/, ""),
    body: await readBody(message),
  };
}

function decodedPath(raw: string): string {
  if (!raw.startsWith("/")) throw new Refused(400, "Bad Request");
  try {
    return decodeURIComponent(raw);
  } catch {
    throw new Refused(400, "Bad Request");
  }
}

async function readBody(message: IncomingMessage): Promise<Buffer> {
  const tooLarge = () => new Refused(413, "Request Entity Too Large");
  // Nothing of it may ever come.
  if (Number(message.headers["content-length"] ?? 0) > 2 * maxBodyBytes) throw tooLarge();
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // Read to its end, so that the client reads the answer and no reset.
    if (bytes <= maxBodyBytes) chunks.push(chunk);
  }
  if (bytes > maxBodyBytes) throw tooLarge();
  return Buffer.concat(chunks);
}
