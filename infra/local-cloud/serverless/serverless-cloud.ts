import { rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { Credentials } from "../emulator/credentials.ts";
import type { SentTexts } from "../emulator/sent-texts.ts";
import type { Call } from "./api-proxy/call.ts";
import { createApiProxy } from "./api-proxy/server.ts";
import { texts } from "./api-proxy/xml.ts";
import { accountId, declarations } from "./declarations.ts";
import { keyValueStores } from "./key-value-stores.ts";
import { faultsPath } from "./cognito/user-plane.ts";
import { containerSandboxes } from "./lambda/container-sandboxes.ts";
import { invokeApi } from "./lambda/invoke-api.ts";
import { processSandboxes } from "./lambda/process-sandboxes.ts";
import { lambdaRunner } from "./lambda/runner.ts";
import { logSink } from "./log-sink.ts";
import { type ShownSite, showSite, type SiteDeclaration } from "./shown-site.ts";
import { userPlanes } from "./user-planes.ts";

/** What execution environments are made of. */
export interface Sandbox {
  /** A Node program, for the image if there is one. */
  readonly node: string;
  /** Of containers. @default - plain processes, which are held to no limits */
  readonly image?: string | undefined;
}

export interface ServerlessCloudProps {
  readonly moto: URL;
  /** The moto of DynamoDB. @default - that of everything else */
  readonly dynamodb?: URL;
  readonly credentials: Credentials;
  readonly s3Port: number;
  readonly now: () => Date;
  readonly listen: (server: Server) => Promise<number>;
  readonly sandbox: Sandbox;
  /** Names the execution environments, for what was left by one that was killed. */
  readonly label: string;
  /** The code of functions is unpacked below it. */
  readonly codeFolder: string;
  /** @default - text messages are not kept */
  readonly texts?: SentTexts;
}

/**
 * Those of which `declarations` reads. Terraform reads from others by POST, many times in a plan: to read all again after each
 * would take more of the emulator than the plan.
 */
const declaringServices = new Set(["apigateway", "cloudfront", "lambda"]);

/** As long as an index of DynamoDB is usually behind; AWS promises no bound. */
const indexLagMs = 300;

/** The services of the stack `serverless`: the API before the emulator, Cognito's user plane, Lambda, and sites at their edges. */
export async function startServerlessCloud(props: ServerlessCloudProps) {
  const { moto, credentials, s3Port, now, listen, label, codeFolder } = props;
  const { operator: keys } = credentials;
  const sites = new Map<string, ShownSite>();
  const shown = () => [...sites.values()];
  const users = userPlanes({ moto, now });
  const stores = keyValueStores({ operator: keys, now });
  const siteOf = (functionName: string) =>
    shown().find(({ site }) => site.functions.includes(functionName))?.site;

  const proxy = createApiProxy({
    upstream: moto,
    ...(props.dynamodb && { dynamodb: props.dynamodb }),
    credentials,
    now,
    indexLagMs,
    ...(props.texts && { texts: props.texts }),
    userPlane: users.answer,
    invoke: ({ region, functionName, qualifier, type, payload }) =>
      invokeApi(runner, { region, account: accountId })({
        functionName,
        qualifier,
        invocationType: type,
        payload: payload.toString(),
      }),
    after,
  });
  const apiPort = await listen(withPoolKeys(proxy, users));
  const url = new URL(`http://127.0.0.1:${apiPort}`);
  const declared = declarations({
    url,
    keys,
    now,
    environment: (name) => ({
      AWS_ENDPOINT_URL: url.origin,
      AWS_ENDPOINT_URL_S3: `http://s3.localhost:${s3Port}`,
      ...siteOf(name)?.environment,
    }),
  });
  const log = logSink({
    url: moto,
    keys,
    regionOf: (group) => regionOf(group, shown()),
  });
  const { node, image } = props.sandbox;
  const sandboxes =
    image === undefined ? processSandboxes({ node, label }) : containerSandboxes({ node, image, label });
  await sandboxes.sweep();
  const removeCode = () => rmSync(codeFolder, { recursive: true, force: true });
  removeCode(); // of one that was killed
  const runner = lambdaRunner({
    describe: declared.function,
    sandboxes,
    codeFolder,
    credentials: (role) => credentials.issue(role.split("/").at(-1)!),
    log,
    now,
  });

  function after(call: Call): void {
    const { service, region, method, path, body } = call;
    if (service === "cognito-idp") users.used(region);
    const isRead = method === "GET" || path.endsWith("/invocations");
    if (declaringServices.has(service) && !isRead) declared.changed();
    const [, deleted] = /^\/2015-03-31\/functions\/([^/:]+)\/?$/.exec(path) ?? [];
    const isOneVersion = call.query.some(([key]) => key === "Qualifier");
    if (method === "DELETE" && deleted !== undefined && !isOneVersion) runner.release(deleted);
    const [, id] = /^\/2020-05-31\/distribution\/([^/]+)\/invalidation$/.exec(path) ?? [];
    if (method !== "POST" || id === undefined) return;
    const invalidated = shown().filter(({ site }) => site.distributionId === id);
    for (const site of invalidated) site.invalidate(texts(body.toString(), "Path"));
  }

  return {
    apiPort,
    keyValuePort: await listen(stores.server),
    mails: users.mails,
    /** Has the user plane fail: see `cognito/faults.ts`. */
    async fault(body: string): Promise<void> {
      await users.http({ method: "PUT", path: faultsPath, body }, true);
    },
    site: (key: string) => sites.get(key),
    /** Shows a site, in place of what was shown under its key; rejects with EADDRINUSE if its port is taken. */
    async show(key: string, site: SiteDeclaration): Promise<ShownSite> {
      const before = sites.get(key);
      if (before !== undefined && JSON.stringify(before.site) === JSON.stringify(site)) return before;
      await before?.close();
      sites.delete(key);
      const opened = await showSite(site, {
        declared,
        runner,
        s3: new URL(`http://127.0.0.1:${s3Port}`),
        edgeCredentials: (distributionArn) => credentials.issue(distributionArn),
        keyValue: stores.value,
        jwks: users.jwks,
        log,
        now,
      });
      sites.set(key, opened);
      declared.changed(); // the variables of its functions
      return opened;
    },
    async hide(key: string): Promise<void> {
      const site = sites.get(key);
      sites.delete(key);
      await site?.close();
    },
    async stop(): Promise<void> {
      await Promise.all(shown().map((site) => site.close()));
      await runner.stop();
      removeCode();
    },
  };
}

/** The keys of a pool are public: they are read without a signature. */
function withPoolKeys(proxy: Server, users: ReturnType<typeof userPlanes>): Server {
  // A call on a connection that is closed for idleness at that moment would be reset.
  return createServer({ keepAliveTimeout: 600_000 }, (message, response) => {
    const { method = "", url: path = "" } = message;
    if (method !== "GET" || !path.includes("/.well-known/"))
      return void proxy.emit("request", message, response);
    users.http({ method, path, body: "" }, false).then(
      (given) => response.writeHead(given?.status ?? 404, given?.headers).end(given?.body),
      () => response.destroy(),
    );
  });
}

export type ServerlessCloud = Awaited<ReturnType<typeof startServerlessCloud>>;

/** A group's name says its function or its API's deployment; the logs of an edge's functions are all in one region. */
function regionOf(group: string, sites: readonly ShownSite[]): string {
  const found = sites.find(({ site }) =>
    site.functions.some((name) => group === `/aws/lambda/${name}` || `${group}-api`.endsWith(`/${name}`)),
  );
  return found?.site.region ?? "us-east-1";
}
