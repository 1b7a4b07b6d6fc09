import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { Writable } from "node:stream";
import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { openApi } from "../src/compose/serverless.ts";
import { openImages } from "../src/compose/serverless-images.ts";
import { openJobs } from "../src/compose/serverless-jobs.ts";
import { apiConfig, imagesConfig, jobsConfig } from "../src/config/serverless.ts";
import { lambdaHandler } from "../src/process/lambda-handler.ts";
import { createPool } from "./adapters/cognito/test-pool.ts";
import { createTables } from "./adapters/dynamodb/tables.ts";
import { requireNoSecret, type TestApp } from "./app.ts";
import { edgeAddress, type HttpAnswer, httpEvent } from "./lambda-event.ts";
import { createBucket } from "./store.ts";

interface Options {
  readonly confirmation?: "optional" | "required";
  readonly clock?: () => Date;
  /** The setting of sign-in providers, and a secret that all of them get. */
  readonly providers?: { readonly setting: string; readonly secret: string };
}

/** How long an answer that asks for a code takes at least. */
export const leastMailMs = 250;

/** How the function that processes images answers instead of its work. */
type ImageFault = "throttled" | "stopped" | undefined;

/**
 * The functions of the serverless stack in this process, one environment of each, with their own tables, bucket, pool and
 * secrets. Behind `url` HTTP becomes events, as the edge and the gateway make them.
 */
export async function startServerless({ confirmation = "optional", clock, providers }: Options = {}) {
  const [tables, bucket, pool] = await Promise.all([createTables(), createBucket(), createPool()]);
  const secretsPath = `/tintype/${randomBytes(6).toString("hex")}`;
  const ids = providers?.setting.split(" ").map((each) => each.split(",")[0]!) ?? [];
  const ofProviders = ids.map((id) => [`${secretsPath}/providers/${id}`, `${providers!.secret}\n`] as const);
  let proof = await putSecrets(secretsPath, ofProviders);
  let imageFault: ImageFault;
  const imageServer = createServer((request, response) => void invoke(request, response));
  const servers: Server[] = [imageServer];
  process.env["AWS_ENDPOINT_URL_LAMBDA"] = await listen(imageServer);
  process.env["AWS_ENDPOINT_URL_SSM"] = process.env["MOTO_URL"]!;

  const siteOrigin = "https://d111111abcdef8.cloudfront.net";
  const environment = {
    ...process.env,
    AWS_REGION: tables.region,
    SITE_ORIGIN: siteOrigin,
    BUCKET: bucket.config.bucket,
    RECORDS_TABLE: tables.names.records,
    EXPIRING_TABLE: tables.names.expiring,
    AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: pool.config.endpoint,
    USER_POOL_ID: pool.config.userPoolId,
    USER_POOL_CLIENT_ID: pool.config.clientId,
    SECRETS_PATH: secretsPath,
    IMAGES_FUNCTION: "arn:aws:lambda:us-east-1:123456789012:function:tintype-test-images:live",
    METRICS_NAMESPACE: "Tintype/test",
    CONFIRMATION: confirmation,
    PROVIDERS: providers?.setting ?? "",
  };
  const logLines: string[] = [];
  const logTo = new Writable({
    write(chunk, _encoding, done) {
      logLines.push(...String(chunk).split("\n").filter(Boolean));
      done();
    },
  });
  // Each environment has a /tmp to itself; tests at the same time do not.
  const imagesFolder = mkdtempSync(join(tmpdir(), "tintype-images-"));
  const images = openImages(imagesConfig(environment), undefined, imagesFolder);
  const { current } = await openApi(apiConfig(environment), {
    logTo,
    attemptTimeoutMs: 30_000, // the emulator takes one call after the other, on a busy machine
    mailMs: leastMailMs,
    ...(clock && { now: clock }),
  });
  const handler = lambdaHandler(current);
  const gateway = createServer((request, response) => void pass(request, response));
  servers.push(gateway);
  const url = await listen(gateway);

  async function invoke(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const event: unknown = JSON.parse(String(await buffer(request)));
    if (imageFault === "throttled") {
      const headers = { "x-amzn-errortype": "TooManyRequestsException", "content-type": "application/json" };
      return void response.writeHead(429, headers).end('{"Type":"User","message":"Rate Exceeded."}');
    }
    if (imageFault === "stopped") {
      const headers = { "x-amz-function-error": "Unhandled" };
      return void response
        .writeHead(200, headers)
        .end('{"errorMessage":"Task timed out after 25.00 seconds"}');
    }
    response.end(JSON.stringify(await images.answer(event)));
  }

  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "GET", url: target = "/", headers } = request;
    const { cookie, "x-forwarded-for": viewer, ...others } = headers;
    const [rawPath = "", query] = target.split(/\?(.*)/s);
    const body = await buffer(request);
    const isText = headers["content-type"]?.startsWith("application/json");
    const event = httpEvent({
      method,
      path: `${decodeURIComponent(rawPath)}${query === undefined ? "" : `?${query}`}`,
      headers: {
        ...Object.fromEntries(Object.entries(others).map(([name, value]) => [name, String(value)])),
        "x-forwarded-for": `${viewer}, ${edgeAddress}`,
        "viewer-address": String(viewer),
        "edge-proof": proof,
      },
      cookies: cookie?.split("; ") ?? [],
      ...(body.length > 0 && { body: isText ? String(body) : body }),
    });
    const answer = (await handler(event, {})) as HttpAnswer;
    const { "content-length": _, ...sent } = answer.headers;
    response.writeHead(answer.statusCode, { ...sent, "set-cookie": [...answer.cookies] }).end(answer.body);
  }

  async function close(): Promise<void> {
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
    rmSync(imagesFolder, { recursive: true, force: true });
    await Promise.all([tables.drop(), bucket.drop(), pool.drop()]);
    requireNoSecret(logLines);
  }

  return {
    /** For helpers of tests, which ask for no more of it than URL and origin. */
    app: { url, siteOrigin } as unknown as TestApp,
    /** The handler itself, and the environment that its function has. */
    handler,
    environment,
    get proof() {
      return proof;
    },
    /** New secrets, of which the edge sends its own at once. */
    rotate: async () => void (proof = await putSecrets(secretsPath, ofProviders)),
    pool,
    bucket,
    tables,
    logLines,
    lines: () => logLines.map((line) => JSON.parse(line) as Record<string, unknown>),
    jobs: () => openJobs(jobsConfig(environment), clock, logTo),
    failImages: (fault: ImageFault) => void (imageFault = fault),
    close,
  };
}

export type TestServerless = Awaited<ReturnType<typeof startServerless>>;

/** Returns the proof of the edge. */
async function putSecrets(
  path: string,
  more: readonly (readonly [name: string, value: string])[],
): Promise<string> {
  const client = new SSMClient({ region: "us-east-1", endpoint: process.env["MOTO_URL"]! });
  const values = ["access-token", "refresh-token", "edge-proof", "factors"].map(
    (name) => [`${path}/${name}`, randomBytes(48).toString("base64url")] as const,
  );
  for (const [Name, Value] of [...values, ...more])
    await client.send(new PutParameterCommand({ Name, Value, Type: "SecureString", Overwrite: true }));
  client.destroy();
  return values[2]![1];
}

async function listen(server: Server): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
