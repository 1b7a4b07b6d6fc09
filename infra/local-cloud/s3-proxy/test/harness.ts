import { once } from "node:events";
import { type IncomingHttpHeaders, type Server, createServer, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";
import { type S3ProxyOptions, createS3Proxy } from "../src/server.ts";

/** The key pair of AWS's own examples, so that their signatures can be replayed. */
export const credentials = {
  accessKeyId: "AKIAIOSFODNN7EXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
};

/** A temporary key, good with its token only. */
export const temporary = {
  accessKeyId: "ASIAIOSFODNN7EXAMPLE",
  secretAccessKey: "temporary-secret",
  sessionToken: "its-token",
};

export interface Received {
  readonly method: string;
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** The proxy before a store that believes everything: what reached the store is in `received`. */
export async function startProxy(options: Partial<S3ProxyOptions> = {}) {
  const received: Received[] = [];
  const store = await listening(believingStore(received));
  const clock = { now: new Date() };
  const proxy = await listening(
    createS3Proxy({ upstream: new URL(urlOf(store)), secretFor, now: () => clock.now, ...options }),
  );
  const url = urlOf(proxy);
  return {
    url,
    received,
    clock,
    client: (config: S3ClientConfig = {}) => s3Client(url, config),
    stop: () => Promise.all([closed(proxy), closed(store)]),
  };
}

export type Proxy = Awaited<ReturnType<typeof startProxy>>;

export function secretFor(accessKeyId: string, sessionToken: string | undefined): string | undefined {
  const known = [{ ...credentials, sessionToken: undefined }, temporary];
  return known.find((key) => key.accessKeyId === accessKeyId && key.sessionToken === sessionToken)
    ?.secretAccessKey;
}

export function s3Client(endpoint: string, config: S3ClientConfig = {}): S3Client {
  return new S3Client({
    endpoint,
    region: "us-east-1",
    forcePathStyle: true,
    credentials,
    maxAttempts: 1,
    ...config,
  });
}

/** `fetch` cannot set Host, Date or a wrong Content-Length; this can. */
export async function send(
  url: string,
  options: { method?: string; path: string; headers?: Record<string, string>; body?: Buffer | string },
) {
  const { hostname, port } = new URL(url);
  const { body, ...rest } = options;
  const outgoing = httpRequest({ hostname, port, ...rest }).end(body);
  const [answer] = await once(outgoing, "response");
  return { status: answer.statusCode as number, text: (await buffer(answer)).toString() };
}

/** The `Code` of an error document. */
export const codeOf = (text: string) => /<Code>(.*?)<\/Code>/.exec(text)?.[1];

/** Status and code of an answer, as the rows of S3-02 to S3-07 name them. */
export async function refusal(answer: Response) {
  return { status: answer.status, code: codeOf(await answer.text()) };
}

export async function listening(server: Server): Promise<Server> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

export const urlOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

export async function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, "close");
}

function believingStore(received: Received[]): Server {
  const objects = new Map<string, Buffer>();
  return createServer(async (message, response) => {
    const { method = "", url: target = "", headers } = message;
    const body = await buffer(message);
    if (headers.origin === "http://page.test") {
      response.setHeader("access-control-allow-origin", headers.origin);
    }
    if (method === "OPTIONS") return void response.end();
    received.push({ method, target, headers, body });
    const path = target.split("?")[0] ?? "";
    if (method === "PUT") objects.set(path, body);
    const found = objects.get(path);
    const contentType = "application/octet-stream";
    const ofStore = {
      server: "Werkzeug/3.1 Python/3.11",
      "x-amzn-requestid": "1",
      "x-amz-content-sha256": "2",
    };
    response.writeHead(found ? 200 : 404, { etag: '"tag"', "content-type": contentType, ...ofStore });
    response.end(method === "GET" ? found : undefined);
  });
}
