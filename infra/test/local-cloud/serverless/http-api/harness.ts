import { once } from "node:events";
import { type Server, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import type {
  ApiDescription,
  RouteDescription,
} from "../../../../local-cloud/serverless/http-api/api-description.ts";
import { createHttpApi, type HttpApiProps } from "../../../../local-cloud/serverless/http-api/http-api.ts";

export const route = (key: string, settings: Partial<RouteDescription> = {}): RouteDescription => ({
  key,
  functionArn: "arn:aws:lambda:us-east-1:123456789012:function:api:live",
  timeoutMs: 30_000,
  authorizer: undefined,
  scopes: [],
  throttle: undefined,
  ...settings,
});

export const apiWith = (settings: Partial<ApiDescription> = {}): ApiDescription => ({
  apiId: "a1b2c3",
  accountId: "123456789012",
  region: "us-east-1",
  stage: "$default",
  routes: [route("$default")],
  cors: undefined,
  throttle: { burst: 5000, ratePerSecond: 10_000 },
  accessLogFormat: undefined,
  ...settings,
});

/** A gateway before a function that is given as one of this process: it receives the event, its answer becomes JSON. */
export async function startApi(
  handler: (event: any) => unknown = (event) => event,
  settings: Partial<ApiDescription> = {},
  options: Partial<HttpApiProps> = {},
) {
  const state = { api: apiWith(settings), logged: [] as string[] };
  const server = createHttpApi({
    describe: async () => state.api,
    invoke: async (_, event) => ({
      kind: "ran",
      failed: false,
      payload: JSON.stringify(await handler(JSON.parse(event))),
    }),
    mayInvoke: async () => true,
    jwks: async () => ({ keys: [] }),
    now: () => new Date(),
    accessLog: (line) => state.logged.push(line),
    ...options,
  });
  const url = await listening(server);
  return {
    ...state,
    state,
    url,
    send: (path: string, more: Sent = {}) => send(url, path, more),
    stop: () => closed(server),
  };
}

export interface Sent {
  readonly method?: string;
  /** A list is sent as headers of the same name. */
  readonly headers?: Record<string, string | string[]>;
  readonly body?: string | Buffer;
}

/** `fetch` normalises paths and cannot repeat a header; this does not. */
export async function send(url: string, path: string, { method = "GET", headers = {}, body }: Sent = {}) {
  const { hostname, port } = new URL(url);
  const outgoing = httpRequest({ hostname, port, method, path, headers }).end(body);
  const [answer] = await once(outgoing, "response");
  const bytes = await buffer(answer);
  return {
    status: answer.statusCode as number,
    headers: answer.headers as Record<string, string>,
    cookies: (answer.headers["set-cookie"] ?? []) as string[],
    bytes,
    text: bytes.toString(),
    json: () => JSON.parse(bytes.toString()),
  };
}

export async function listening(server: Server): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export async function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, "close");
}
