import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import type { RowDataPacket } from "mysql2/promise";
import { fileURLToPath } from "node:url";
import { openBackups } from "../src/compose/ec2-jobs.ts";
import type { BackupConfig } from "../src/config/ec2.ts";
import type { Backup } from "../src/domain/backup.ts";
import type { TestApp } from "./app.ts";

const migrations = fileURLToPath(new URL("../migrations", import.meta.url));

/** Backups of an application's database in its bucket, composed as on the hosts. */
export function backupsOf({ config }: TestApp, overrides: Partial<BackupConfig> = {}) {
  const { database, storage } = config;
  const all = { database, reader: database, storage, release: "today", folder: undefined, ...overrides };
  let tick = Date.now();
  return openBackups(all, migrations, () => new Date((tick += 1000)));
}

/** The state of all tables as one text, for comparison. */
export async function contentOf({ pool }: TestApp): Promise<string> {
  const [tables] = await pool.query<RowDataPacket[]>("SHOW TABLES");
  const rows = tables.map((row) => pool.query(`SELECT * FROM ${Object.values(row)[0]} ORDER BY 1`));
  return JSON.stringify((await Promise.all(rows)).map(([found]) => found));
}

/** The schemas beside the application's own. */
export async function schemasBeside({ pool, config }: TestApp): Promise<string[]> {
  const like = `${config.database.database}\\_%`;
  const [rows] = await pool.query<RowDataPacket[]>("SHOW DATABASES LIKE ?", [like]);
  return rows.map((row) => String(Object.values(row)[0]));
}

export async function keepVersions({ s3, config }: TestApp): Promise<void> {
  const VersioningConfiguration = { Status: "Enabled" as const };
  await s3.send(new PutBucketVersioningCommand({ Bucket: config.storage.bucket, VersioningConfiguration }));
}

/** Removes all objects with that key prefix, with their versions. */
export async function forget({ s3, config }: TestApp, Prefix = ""): Promise<void> {
  const { bucket: Bucket } = config.storage;
  const { Versions = [], DeleteMarkers = [] } = await s3.send(
    new ListObjectVersionsCommand({ Bucket, Prefix }),
  );
  const Objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({ Key: Key!, VersionId }));
  if (Objects.length > 0) await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
}

export async function objectIn({ s3, config }: TestApp, Key: string): Promise<Buffer> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: config.storage.bucket, Key }));
  return Buffer.from(await Body!.transformToByteArray());
}

export async function put({ s3, config }: TestApp, Key: string, Body: Uint8Array | string): Promise<void> {
  await s3.send(new PutObjectCommand({ Bucket: config.storage.bucket, Key, Body }));
}

/** Replaces the SQL of a backup, as an attacker with write access to the bucket would. */
export async function forge(app: TestApp, backup: Backup, sql: string): Promise<void> {
  const bytes = gzipSync(sql);
  const dump = { bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };
  await put(app, `backups/${backup.name}.sql.gz`, bytes);
  await put(app, `backups/${backup.name}.json`, JSON.stringify({ ...backup, dump }));
}
