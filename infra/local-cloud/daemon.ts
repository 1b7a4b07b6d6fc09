import type { ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { writeWhole } from "../cli/atomic-file.ts";
import { endChild } from "../cli/end-child.ts";
import { cloudFile, type LocalCloud } from "./cloud.ts";
import { createControl } from "./control.ts";
import { localCredentials } from "./emulator/credentials.ts";
import { rolePolicies } from "./emulator/role-policies.ts";
import { s3Rights } from "./emulator/s3-rights.ts";
import { sentTexts } from "./emulator/sent-texts.ts";
import { createSnsProxy } from "./emulator/sns-proxy.ts";
import { createSesProxy } from "./emulator/ses-proxy.ts";
import { createMetadataService } from "./ec2/instance-metadata.ts";
import { startMoto } from "./emulator/moto.ts";
import { cloudFolder } from "./emulator/paths.ts";
import { isOwn } from "./emulator/allowed-peers.ts";
import { profileInAny } from "./ec2/instance-profiles.ts";
import { notedRegions } from "./ec2/regions.ts";
import { createS3Proxy } from "./s3-proxy/src/server.ts";
import { sandboxLabel } from "./serverless/sandbox-label.ts";
import type { Sandbox, ServerlessCloud } from "./serverless/serverless-cloud.ts";
import { siteShownAt } from "./emulator/site-origins.ts";

// The emulated AWS API as one background process: moto, the strict proxy before its S3, the way to its
// SES, and the instances' metadata service; when a deployment needs them, the services of `serverless`. It lives until a
// signal ends it; what it holds lives as long.

const loopback = "127.0.0.1";
const now = () => new Date();
/** How late a change of a role's rights counts at S3. AWS needs some seconds too. */
const policiesMs = 1000;
const credentials = localCredentials(now);
const emulators: ChildProcess[] = [];
const moto = await startEmulator();
const api = { endpoint: moto.url.href, credentials: credentials.operator };

const { secretFor, roleOf } = credentials;
const policies = rolePolicies(moto.url, credentials.operator, policiesMs);
const s3Proxy = createS3Proxy({
  ...{ upstream: moto.url, secretFor, now, siteShownAt },
  denial: s3Rights({ policies, roleOf }),
});
const profileAt = (privateIp: string) => profileInAny(notedRegions(), privateIp, api);
const metadata = createMetadataService({ credentials, profileAt, now });

const texts = sentTexts(now);
let services: Promise<ServerlessCloud> | undefined;
let started: ServerlessCloud | undefined;
const control = createControl({
  secret: credentials.operator.secretAccessKey,
  serverless(sandbox) {
    services ??= startServices(sandbox).catch((error) => {
      services = undefined;
      throw error;
    });
    return services;
  },
  started: () => started,
  texts: texts.list,
});

const cloud: LocalCloud = {
  id: randomUUID(),
  pid: process.pid,
  motoPid: moto.process.pid!,
  apiUrl: moto.url.href.replace(/\/$/, ""),
  s3Port: await listen(s3Proxy),
  metadataPort: await listen(metadata),
  mailPort: await listen(createSesProxy(moto.url)),
  textPort: await listen(createSnsProxy({ upstream: moto.url, roleOf, texts })),
  controlPort: await listen(control, loopback),
  ...credentials.operator,
};
writeWhole(cloudFile, JSON.stringify(cloud, null, 2));

for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void stop());

/** Loaded when it is needed: most of it is clients of the SDK. */
async function startServices(sandbox: Sandbox): Promise<ServerlessCloud> {
  // In a process of its own: Python's threads take turns, and requests would wait for calls of Terraform.
  const [{ startServerlessCloud }, tables] = await Promise.all([
    import("./serverless/serverless-cloud.ts"),
    startEmulator(),
  ]);
  const { s3Port } = cloud;
  const codeFolder = join(cloudFolder, "functions");
  started = await startServerlessCloud({
    ...{ moto: moto.url, dynamodb: tables.url, credentials, s3Port, now, sandbox, codeFolder, texts },
    listen: (server) => listen(server, loopback),
    label: sandboxLabel,
  });
  const { apiPort, keyValuePort } = started;
  const dynamodb = { motoPid: tables.process.pid!, port: Number(tables.url.port) };
  writeWhole(
    cloudFile,
    JSON.stringify({ ...cloud, dynamodb, serverless: { apiPort, keyValuePort } }, null, 2),
  );
  return started;
}

async function stop(): Promise<void> {
  await started?.stop().catch((error) => console.error(error));
  for (const emulator of emulators) emulator.removeAllListeners("exit");
  await Promise.all(emulators.map(endChild));
  process.exit(0);
}

/** What one of them holds is lost with it, and with that the cloud. */
async function startEmulator() {
  const emulator = await startMoto();
  emulator.process.once("exit", () => process.exit(1));
  emulators.push(emulator.process);
  return emulator;
}

/** On every address, because the hosts' networks come later; connections from elsewhere are closed. */
async function listen(server: Server, address = "0.0.0.0"): Promise<number> {
  server.on("connection", (socket) => {
    if (!isOwn(socket)) socket.destroy();
  });
  server.listen(0, address);
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}
