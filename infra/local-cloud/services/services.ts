import { once } from "node:events";
import { createWriteStream } from "node:fs";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { endChild } from "../../cli/end-child.ts";
import { localCredentials } from "../emulator/credentials.ts";
import { startMariadb } from "./mariadb.ts";
import { startMoto } from "../emulator/moto.ts";
import { createS3Proxy } from "../s3-proxy/src/server.ts";
import { createApiProxy } from "../serverless/api-proxy/server.ts";
import { createUserPools } from "./user-pools.ts";

export interface Services {
  /** Where they are, in the names that the application's configuration uses. */
  readonly environment: Record<string, string>;
  /** The same for each of the emulated clouds; `environment` names the first. */
  readonly clouds: readonly Record<string, string>[];
  stop(): Promise<void>;
}

const region = "us-east-1";
/** How late the indexes of one of the two DynamoDBs are. */
const indexLagMs = 700;

/**
 * What the application needs around it, without a container: a database in `folder`, and emulated clouds, each with S3
 * behind its strict proxy, DynamoDB behind its own, once with indexes that answer later than their tables, and user pools.
 */
export async function startServices(folder: string, clouds = 1): Promise<Services> {
  const starting = [
    startMariadb(folder),
    ...Array.from({ length: clouds }, (_, index) => startCloud(join(folder, `moto-${index}.log`))),
  ] as const;
  const [database, ...started] = await Promise.all(starting).catch(async (error: unknown) => {
    // The others would keep this process running.
    for (const outcome of await Promise.allSettled(starting))
      if (outcome.status === "fulfilled") await outcome.value.stop();
    throw error;
  });
  const environments = started.map(({ environment }) => ({ ...database.environment, ...environment }));
  return {
    environment: environments[0]!,
    clouds: environments,
    async stop() {
      await Promise.all([database, ...started].map((service) => service.stop()));
    },
  };
}

/** One emulator with what makes it strict. It takes one call of DynamoDB after the other. */
async function startCloud(logFile: string): Promise<Omit<Services, "clouds">> {
  const now = () => new Date();
  const credentials = localCredentials(now);
  const moto = await startMoto(createWriteStream(logFile));
  const s3 = createS3Proxy({ upstream: moto.url, secretFor: credentials.secretFor, now });
  const upstream = { upstream: moto.url, credentials, now };
  const [serial, late] = [0, indexLagMs].map((lag) => createApiProxy({ ...upstream, indexLagMs: lag }));
  const servers = [s3, serial!, late!, createUserPools(moto.url, region)];
  const [s3Url = "", dynamodbUrl = "", lateDynamodbUrl = "", userPoolsUrl = ""] = await Promise.all(
    servers.map(listen),
  );
  return {
    environment: {
      MOTO_URL: moto.url.href,
      AWS_ENDPOINT_URL_S3: s3Url,
      AWS_ENDPOINT_URL_DYNAMODB: dynamodbUrl,
      LATE_DYNAMODB_URL: lateDynamodbUrl,
      USER_POOLS_URL: userPoolsUrl,
      AWS_ACCESS_KEY_ID: credentials.operator.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.operator.secretAccessKey,
      AWS_REGION: region,
    },
    async stop() {
      for (const server of servers) server.close().closeAllConnections();
      await endChild(moto.process);
    },
  };
}

async function listen(server: Server): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
