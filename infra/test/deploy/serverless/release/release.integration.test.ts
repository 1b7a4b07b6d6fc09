import { once } from "node:events";
import { existsSync, mkdtempSync } from "node:fs";
import { request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CloudFrontClient, ListInvalidationsCommand } from "@aws-sdk/client-cloudfront";
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from "@aws-sdk/client-s3";
import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { freePort } from "../../../../cli/free-port.ts";
import type { Access } from "../../../../deploy/clouds/cloud.ts";
import { inRegion } from "../../../../deploy/serverless/clients.ts";
import {
  openHistory,
  readHistory,
  releaseBefore,
  type ReleaseRecord,
} from "../../../../deploy/serverless/release/history.ts";
import {
  bringIntoService,
  releaseApplication,
} from "../../../../deploy/serverless/release/release-application.ts";
import type { SiteFiles } from "../../../../deploy/serverless/release/site-files.ts";
import { proofLateSince } from "../../../../deploy/serverless/release/proof.ts";
import { liveVersion, removeOthers, versionsOf } from "../../../../deploy/serverless/release/versions.ts";
import { localCredentials } from "../../../../local-cloud/emulator/credentials.ts";
import { createS3Proxy } from "../../../../local-cloud/s3-proxy/src/server.ts";
import {
  type ServerlessCloud,
  startServerlessCloud,
} from "../../../../local-cloud/serverless/serverless-cloud.ts";
import { scratchDeployment } from "../../scratch-deployment.ts";
import { madeByTerraform } from "./made-by-terraform.ts";

// The whole way of a release: functions by the runner, the site at its edge, all behind the API that a deploy speaks to.
const name = `release${process.pid}`;
const now = () => new Date();
const moto = new URL(process.env["MOTO_URL"]!);
const credentials = localCredentials(now);
const s3Proxy = createS3Proxy({ upstream: moto, secretFor: credentials.secretFor, now });
const codeFolder = mkdtempSync(join(tmpdir(), "tintype-functions-"));
let cloud: ServerlessCloud;
let made: Awaited<ReturnType<typeof madeByTerraform>>;
let access: Access;
let port: number;

const api = (note: string) => `export const handler = async ({ headers, rawPath }) => ({
  statusCode: headers["edge-proof"] === "proof" ? 200 : 403,
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ note: ${JSON.stringify(note)}, path: rawPath, host: headers["host"], origin: headers["origin"] }),
});`;
const other = "export const handler = async ({ trial }) => ({ ok: trial });";
const page = (id: string): SiteFiles => ({
  id,
  files: [
    { path: "index.html", data: Buffer.from(`<div id="root">${id}</div><script src="/assets/${id}.js">`) },
    { path: `assets/${id}.js`, data: Buffer.from(`// ${id}`) },
    { path: "robots.txt", data: Buffer.from("") },
  ],
});

const servers: Server[] = [];

async function listen(server: Server): Promise<number> {
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

beforeAll(async () => {
  const s3Port = await listen(s3Proxy);
  const sandbox = { node: process.execPath };
  cloud = await startServerlessCloud({
    ...{ moto, credentials, s3Port, now, listen, sandbox, codeFolder },
    label: name,
  });
  access = {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${cloud.apiPort}`,
    AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${s3Port}`,
    AWS_ENDPOINT_URL_CLOUDFRONT_KEYVALUESTORE: `http://localhost:${cloud.keyValuePort}`,
    AWS_ACCESS_KEY_ID: credentials.operator.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.operator.secretAccessKey,
  };
  made = await madeByTerraform(name, access, { api: api("one"), other });
  port = await freePort();
  const { outputs, apiId } = made;
  await cloud.show(name, {
    region: outputs.region,
    distributionId: outputs.distributionId,
    apiId,
    origin: outputs.url,
    port,
    functions: Object.values(outputs.functions),
    environment: {},
  });
}, 120_000);

afterAll(async () => {
  await cloud.stop();
  for (const server of servers) server.close().closeAllConnections();
  expect(existsSync(codeFolder)).toBe(false);
});

const get = (path: string, headers = {}) => fetch(`http://localhost:${port}${path}`, { headers });
const noteOf = async () => ((await (await get("/api/x")).json()) as { note: string }).note;
const { make } = scratchDeployment();
/** Later than an hour after the files of the release before were stored. */
const later = () => new Date(Date.now() + 3_700_000);
const release = (id: string, now = later) =>
  releaseApplication(made.outputs, page(id), access, { make, now });
const historyFile = () => openHistory(made.s3, made.outputs.bucket, { make });
const goBackTo = async (found: ReleaseRecord) =>
  bringIntoService(made.outputs, found, await historyFile(), access);
const live = () => liveVersion(made.lambda, made.outputs.functions.api);
const invalidations = async () => {
  const DistributionId = made.outputs.distributionId;
  const client = new CloudFrontClient(inRegion(access, "us-east-1"));
  const { InvalidationList } = await client.send(new ListInvalidationsCommand({ DistributionId }));
  return InvalidationList?.Items?.length ?? 0;
};

test("a first release is served under the shown address, as if that were the site's own", async () => {
  await release("a");
  expect(await (await get("/gallery")).text()).toContain('<div id="root">a</div>');
  expect((await get("/assets/a.js")).headers.get("cache-control")).toBe(
    "public, max-age=31536000, immutable",
  );
  const answer = await get("/api/x?y=1", { origin: `http://localhost:${port}` });
  expect(answer.status).toBe(200);
  expect(await answer.json()).toMatchObject({ note: "one", path: "/api/x", origin: made.outputs.url });
}, 60_000);

test("a request under another name is refused, and so is the API without the edge", async () => {
  const under = (host: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      const headers = { host };
      request({ port, headers, agent: false }, (answer) => resolve(answer.resume().statusCode))
        .on("error", reject)
        .end();
    });
  expect([await under("evil.example"), await under(`localhost:${port}`)]).toEqual([403, 200]);
  const own = `http://127.0.0.1:${cloud.site(name)!.apiPort}/api/x`;
  expect((await fetch(own)).status).toBe(403);
});

test("a new version serves after it was tried, the page after the functions, and the old files stay", async () => {
  await made.publish(api("two"));
  expect(await noteOf()).toBe("one"); // published is not serving
  const before = await invalidations();
  await release("b");
  expect([await noteOf(), await live()]).toEqual(["two", "2"]);
  expect(await (await get("/")).text()).toContain('<div id="root">b</div>');
  expect((await get("/assets/a.js")).status).toBe(200);
  expect((await invalidations()) - before).toBe(1);
}, 60_000);

test("SLS-63, SLS-37 a version that does not work never serves, and the former release does", async () => {
  await made.publish("throw new Error('TABLE is missing');");
  await expect(release("c")).rejects.toThrow(
    /Version 3 of .*-api does not work, and does not serve: .*TABLE is missing/,
  );
  expect([await noteOf(), await live()]).toEqual(["two", "2"]);
  expect(await (await get("/")).text()).toContain('<div id="root">b</div>');
}, 60_000);

test("SLS-69 the next release removes the version that never served", async () => {
  await made.publish(api("four"));
  await release("d");
  expect(await versionsOf(made.lambda, made.outputs.functions.api)).toEqual(["1", "2", "4"]);
  expect(await noteOf()).toBe("four");
}, 60_000);

test("SLS-69 the same release again changes nothing and invalidates nothing", async () => {
  const before = await invalidations();
  await release("d");
  expect(await invalidations()).toBe(before);
  expect(await live()).toBe("4");
}, 60_000);

test("SLS-69 the release before comes back, functions and page", async () => {
  const { outputs, s3 } = made;
  await goBackTo(releaseBefore(await readHistory(s3, outputs.bucket))!);
  expect([await noteOf(), await live()]).toEqual(["two", "2"]);
  expect(await (await get("/")).text()).toContain('<div id="root">b</div>');
}, 60_000);

test("SLS-63 a release that was stopped before it served is completed by the next deploy", async () => {
  const { outputs, s3 } = made;
  await made.publish(api("five"));
  // What is there when a deploy is killed between the alias and the page: the record, the files, the moved alias.
  await release("e");
  const history = await readHistory(s3, outputs.bucket);
  await goBackTo(history.releases.find(({ site }) => site.id === "b")!);
  await release("e");
  expect(await noteOf()).toBe("five");
  expect(await (await get("/")).text()).toContain('<div id="root">e</div>');
}, 60_000);

test("of two machines that release at once, the second is refused before it has changed anything", async () => {
  const [first, second] = [await historyFile(), await historyFile()];
  const serving = first.current();
  await first.write({ ...serving, page: undefined });
  const refused = second.write({ ...serving, live: undefined });
  await expect(refused).rejects.toThrow(/Two machines [^]* \S+@\S+ has, at 20[^]* stops/);
  await expect(second.requireUnchanged()).rejects.toThrow("Two machines");
  expect(await readHistory(made.s3, made.outputs.bucket)).toMatchObject({ live: serving.live });
  const overtaken = bringIntoService(made.outputs, serving.releases.at(-1)!, second, access);
  await expect(overtaken).rejects.toThrow("Two machines");
  expect(await noteOf()).toBe("five");
  await release("e");
}, 60_000);

test("a release that another machine is about to make keeps its version and its files", async () => {
  await made.publish(api("theirs"));
  const versions = await versionsOf(made.lambda, made.outputs.functions.api);
  const file = { Bucket: made.outputs.siteBucket, Key: "assets/theirs.js" };
  await made.s3.send(new PutObjectCommand({ ...file, Body: "theirs" }));
  const releases = (await readHistory(made.s3, made.outputs.bucket)).releases;
  await removeOthers(
    made.lambda,
    made.outputs.functions.api,
    releases.map(({ versions: { api: version } }) => version),
  );
  expect(await versionsOf(made.lambda, made.outputs.functions.api)).toEqual(versions);
  await release("f", now);
  expect((await made.s3.send(new GetObjectCommand(file))).$metadata.httpStatusCode).toBe(200);
}, 60_000);

test("a rotation that was stopped before the edge had its new proof is seen, and the next deploy repairs it", async () => {
  const { outputs } = made;
  expect(await proofLateSince(outputs, access)).toBeUndefined();
  const put = (Value: string) =>
    new SSMClient(inRegion(access, outputs.region)).send(
      new PutParameterCommand({ Name: `${outputs.secretsPath}/edge-proof`, Value, Overwrite: true }),
    );
  await put("another");
  expect(await proofLateSince(outputs, access)).toBeInstanceOf(Date);
  await made.publish(api("rotated").replaceAll('"proof"', '"another"'));
  await release("f");
  expect(await proofLateSince(outputs, access)).toBeUndefined();
  expect(await noteOf()).toBe("rotated");
  await put("proof");
  await made.publish(api("back"));
  await release("g");
}, 60_000);

test("SLS-69 of eight more releases the files and versions of ten are kept", async () => {
  for (let number = 0; number < 8; number += 1) {
    await made.publish(api(`n${number}`));
    await release(`n${number}`);
  }
  const versions = await versionsOf(made.lambda, made.outputs.functions.api);
  expect(versions).toHaveLength(10);
  expect(versions).toContain(await live());
  const { Contents = [] } = await made.s3.send(
    new ListObjectsV2Command({ Bucket: made.outputs.siteBucket, Prefix: "assets/" }),
  );
  expect(Contents).toHaveLength(10);
}, 120_000);
