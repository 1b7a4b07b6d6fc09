import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
} from "@aws-sdk/client-s3";
import { createConnection } from "mysql2/promise";
import { migrate } from "../src/adapters/mysql/migrate.ts";
import { driverOptions, openPool, type DatabaseConfig } from "../src/adapters/mysql/pool.ts";
import { openS3 } from "../src/adapters/s3/client.ts";

/**
 * Of a pool whose test is about what is stored, and not about time: its transactions wait for each other, and for a machine
 * that is busy.
 */
export const patience = 30;

/** A separate database for one test file, with the current schema of those migrations. */
export async function createDatabase({
  migrated = true,
  migrations = "migrations",
  patience: factor = 1,
} = {}) {
  const { MYSQL_HOST, MYSQL_PORT, MYSQL_USER = "root", MYSQL_PASSWORD = "" } = process.env;
  const config: DatabaseConfig = {
    host: MYSQL_HOST,
    port: Number(MYSQL_PORT),
    user: MYSQL_USER,
    password: MYSQL_PASSWORD,
    database: `tintype_test_${randomBytes(6).toString("hex")}`,
    patience: factor,
  };
  const options = { ...driverOptions(config), database: undefined, connectTimeout: 20_000 }; // a busy machine
  const admin = await createConnection(options);
  await admin.query(`CREATE DATABASE ${config.database}`);
  if (migrated) {
    await admin.changeUser({ database: config.database });
    await migrate(admin, fileURLToPath(new URL(`../${migrations}`, import.meta.url)));
  }
  const pool = openPool(config);

  async function drop(): Promise<void> {
    await pool.end();
    await admin.query(`DROP DATABASE ${config.database}`);
    await admin.end();
  }
  return { config, pool, drop };
}

/** A separate bucket for one test file. */
export async function createBucket() {
  const { AWS_REGION: region = "eu-central-1", AWS_ENDPOINT_URL_S3: endpoint } = process.env;
  const bucket = `tintype-test-${randomBytes(6).toString("hex")}`;
  const client = openS3({ bucket, region, endpoint });

  async function create(): Promise<void> {
    const place = region === "us-east-1" ? {} : { LocationConstraint: region as "eu-central-1" };
    await client.send(new CreateBucketCommand({ Bucket: bucket, CreateBucketConfiguration: place }));
  }

  /** Keys of all non-empty objects; an empty one is a closed upload. */
  async function keys(): Promise<string[]> {
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket }));
    return Contents.filter(({ Size }) => Size !== 0).map(({ Key = "" }) => Key);
  }

  async function unfinishedUploads(): Promise<number> {
    const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
    return Uploads.length;
  }

  async function remove(): Promise<void> {
    const all = await client.send(new ListObjectVersionsCommand({ Bucket: bucket }));
    const { Versions = [], DeleteMarkers = [] } = all;
    const Objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({ Key, VersionId }));
    if (Objects.length > 0)
      await client.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects } }));
    await client.send(new DeleteBucketCommand({ Bucket: bucket }));
  }

  async function drop(): Promise<void> {
    await remove();
    client.destroy();
  }
  await create();
  return { config: { bucket, region, endpoint }, client, keys, unfinishedUploads, create, remove, drop };
}
