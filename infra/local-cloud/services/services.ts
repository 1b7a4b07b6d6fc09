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
  stop(): Promise<void>;
}

const region = "us-east-1";
/** As many as tests run at once, at most: faults and the clock hold for all pools of one. */
const userPlanes = 8;
/** How late the indexes of one of the two DynamoDBs are. */
const indexLagMs = 700;

/**
 * What the application needs around it, without a container: a database in `folder`, S3 behind its strict proxy,
 * DynamoDB behind its own, once with indexes that answer later than their tables, and user pools, once for each process
 * that tests.
 */
export async function startServices(folder: string): Promise<Services> {
  const now = () => new Date();
  const credentials = localCredentials(now);
  const log = createWriteStream(join(folder, "moto.log"));
  const starting = [startMariadb(folder), startMoto(log)] as const;
  const [database, moto] = await Promise.all(starting).catch(async (error: unknown) => {
    // The other one would keep this process running.
    const [aDatabase, aMoto] = await Promise.allSettled(starting);
    if (aDatabase.status === "fulfilled") await aDatabase.value.stop();
    if (aMoto.status === "fulfilled") await endChild(aMoto.value.process);
    throw error;
  });
  const s3 = createS3Proxy({ upstream: moto.url, secretFor: credentials.secretFor, now });
  const upstream = { upstream: moto.url, credentials, now };
  const [serial, late] = [0, indexLagMs].map((lag) => createApiProxy({ ...upstream, indexLagMs: lag }));
  const pools = Array.from({ length: userPlanes }, () => createUserPools(moto.url, region));
  const servers = [s3, serial!, late!, ...pools];
  const [s3Url = "", dynamodbUrl = "", lateDynamodbUrl = "", ...userPoolsUrls] = await Promise.all(
    servers.map(listen),
  );

  return {
    environment: {
      ...database.environment,
      MOTO_URL: moto.url.href,
      AWS_ENDPOINT_URL_S3: s3Url,
      AWS_ENDPOINT_URL_DYNAMODB: dynamodbUrl,
      LATE_DYNAMODB_URL: lateDynamodbUrl,
      USER_POOLS_URLS: userPoolsUrls.join(" "),
      AWS_ACCESS_KEY_ID: credentials.operator.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.operator.secretAccessKey,
      AWS_REGION: region,
    },
    async stop() {
      for (const server of servers) server.close().closeAllConnections();
      await Promise.all([database.stop(), endChild(moto.process)]);
    },
  };
}

async function listen(server: Server): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
