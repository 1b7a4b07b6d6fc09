import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { type Connection, createConnection } from "mysql2/promise";
import { run } from "../../../infra/cli/run.ts";
import { applicationFolder, passingServer, replayingServer } from "../processes/bundles.ts";
import { node } from "../processes/runtime.ts";
import { type Server, startServer } from "../processes/server.ts";

export const siteOrigin = "http://localhost:8080";

export type Kind = "deployed" | "replaying" | "passing";

const files: Record<Kind, string> = {
  deployed: join(applicationFolder, "server.mjs"),
  replaying: replayingServer,
  passing: passingServer,
};

/** A database and a bucket with servers of the application on them. */
export interface Site {
  readonly environment: Readonly<Record<string, string>>;
  /** Beside the servers' own connections. */
  readonly database: Connection;
  start(kind?: Kind): Promise<Server>;
  close(): Promise<void>;
}

/** Makes a site from what `infra/dev/with-services.ts` has put into the environment. `logs` is a folder. */
export async function openSite(logs: string): Promise<Site> {
  const { MYSQL_HOST, MYSQL_PORT, MYSQL_USER, MYSQL_PASSWORD } = process.env;
  const name = `tintype_bench_${randomBytes(4).toString("hex")}`;
  const environment = {
    MYSQL_DATABASE: name,
    BUCKET: name.replaceAll("_", "-"),
    SITE_ORIGIN: siteOrigin,
    ACCESS_TOKEN_SECRET: randomBytes(64).toString("base64"),
    REFRESH_TOKEN_SECRET: randomBytes(64).toString("base64"),
    FACTORS_SECRET: randomBytes(64).toString("base64"),
  };
  const database = await createConnection({
    host: MYSQL_HOST!,
    port: Number(MYSQL_PORT),
    user: MYSQL_USER!,
    password: MYSQL_PASSWORD!,
    timezone: "Z", // as the application writes times
  });
  await Promise.all([database.query(`CREATE DATABASE ${name}`), createBucket(environment.BUCKET)]);
  await database.changeUser({ database: name });
  await run(node, [join(applicationFolder, "migrate.mjs")], { env: environment });

  const start = (kind: Kind = "deployed") =>
    startServer({
      file: files[kind],
      env: environment,
      readyPath: "/api/ready",
      log: join(logs, `${kind}.log`),
    });
  return { environment, database, start, close: () => database.end() };
}

async function createBucket(name: string): Promise<void> {
  const client = new S3Client({ forcePathStyle: true });
  await client.send(new CreateBucketCommand({ Bucket: name }));
  client.destroy();
}
