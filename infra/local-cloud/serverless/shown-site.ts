import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Declarations } from "./declarations.ts";
import { createEdge } from "./edge/edge.ts";
import type { EdgeCredentials } from "./edge/origin-signature.ts";
import { createHttpApi } from "./http-api/http-api.ts";
import type { Jwks } from "./http-api/jwt-authorizer.ts";
import type { Log } from "./lambda/environment-log.ts";
import type { LambdaRunner } from "./lambda/runner.ts";

/** What is shown: a distribution, and the HTTP API behind it. */
export interface SiteDeclaration {
  readonly region: string;
  readonly distributionId: string;
  readonly apiId: string;
  /** The site's own origin. */
  readonly origin: string;
  /** Where this machine shows it. */
  readonly port: number;
  /** Its functions, with variables that AWS would not set. */
  readonly functions: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

export interface ShownSiteProps {
  readonly declared: Declarations;
  readonly runner: LambdaRunner;
  readonly s3: URL;
  readonly edgeCredentials: (distributionArn: string) => EdgeCredentials;
  readonly keyValue: (storeArn: string, key: string) => string | undefined;
  readonly jwks: (issuer: string) => Promise<Jwks>;
  readonly log: Log;
  readonly now: () => Date;
}

export interface ShownSite {
  readonly site: SiteDeclaration;
  /** Where this machine reaches the API without the edge. */
  readonly apiPort: number;
  readonly invalidate: (paths: readonly string[]) => void;
  readonly close: () => Promise<void>;
}

const loopback = "127.0.0.1";
const shownOn = ["localhost", loopback];

/** Shows a site on a port of this machine; rejects with EADDRINUSE if that is taken. */
export async function showSite(site: SiteDeclaration, props: ShownSiteProps): Promise<ShownSite> {
  const { declared, runner, s3, edgeCredentials, now } = props;
  const api = createHttpApi({
    describe: () => declared.api(site.apiId, site.region),
    invoke: runner.invoke,
    mayInvoke: declared.mayInvoke,
    jwks: props.jwks,
    now,
    accessLog: accessLog(site, props),
  });
  await listening(api, 0);
  const { port: apiPort } = api.address() as AddressInfo;
  const edge = createEdge({
    describe: () => declared.distribution(site.distributionId),
    async keyValue(functionName, key) {
      const [store] = await declared.storesOf(functionName);
      return store === undefined ? undefined : props.keyValue(store, key);
    },
    s3,
    customOrigin: () => new URL(`http://${loopback}:${apiPort}`),
    credentials: edgeCredentials,
    now,
    onFunctionError: (error) => console.error(error),
  });
  const front = createServer({ maxHeaderSize: 128 * 1024 }, (message, response) => {
    const { host = "" } = message.headers;
    const names = [...shownOn.map((name) => `${name}:${site.port}`), new URL(site.origin).host];
    if (!names.includes(host) && !host.endsWith(".cloudfront.net")) {
      message.resume();
      return void response.writeHead(403).end(); // as CloudFront does for a name that it does not serve
    }
    asOwn(message, site);
    edge.server.emit("request", message, response);
  });
  try {
    await listening(front, site.port);
  } catch (error) {
    await closed(api);
    throw error;
  }
  return {
    site,
    apiPort,
    invalidate: edge.invalidate,
    close: async () => void (await Promise.all([closed(front), closed(api)])),
  };
}

/** What a page under the shown address says of its origin, as it would say it under the site's own: see decision 0011. */
function asOwn(message: IncomingMessage, { origin, port }: SiteDeclaration): void {
  const own = new URL(origin);
  const shown = new Set(shownOn.map((name) => `http://${name}:${port}`));
  const translated = (name: string, value: string) => {
    if (name === "host" && shown.has(`http://${value}`)) return own.host;
    if (name === "origin" && shown.has(value)) return own.origin;
    if (name !== "referer") return value;
    const from = [...shown].find((one) => value.startsWith(`${one}/`));
    return from === undefined ? value : own.origin + value.slice(from.length);
  };
  const { rawHeaders, headers } = message;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!.toLowerCase();
    rawHeaders[at + 1] = translated(name, rawHeaders[at + 1]!);
  }
  for (const name of ["host", "origin", "referer"] as const) {
    if (headers[name] !== undefined) headers[name] = translated(name, headers[name]);
  }
}

function accessLog({ apiId, region }: SiteDeclaration, { declared, log, now }: ShownSiteProps) {
  const stream = randomBytes(16).toString("hex");
  return (line: string) =>
    void declared.api(apiId, region).then(
      ({ accessLogGroup: group }) => group !== undefined && log({ group, stream, at: now(), line }),
      () => {}, // the API is gone
    );
}

async function listening(server: Server, port: number): Promise<void> {
  server.listen(port, loopback);
  await once(server, "listening");
}

async function closed(server: Server): Promise<void> {
  const end = once(server, "close");
  server.close();
  server.closeAllConnections();
  await end;
}
