import { closePool, openPool } from "../adapters/mysql/pool.ts";
import { openS3 } from "../adapters/s3/client.ts";
import { s3ObjectStore } from "../adapters/s3/object-store.ts";
import { signedUrls } from "../adapters/s3/signed-urls.ts";
import type { ServerConfig } from "../config/ec2.ts";

/** Database and bucket; `close` closes both. */
export function openStorage(
  { database, storage }: Pick<ServerConfig, "database" | "storage">,
  now: () => Date,
) {
  const pool = openPool(database);
  const client = openS3(storage);
  const { bucket } = storage;
  const objectStore = s3ObjectStore({ client, bucket, sign: signedUrls({ client, bucket, now }) });

  async function close(): Promise<void> {
    await closePool(pool);
    client.destroy();
  }
  return { pool, client, bucket, objectStore, close };
}
