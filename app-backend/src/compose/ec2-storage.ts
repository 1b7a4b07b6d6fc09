import { openPool } from "../adapters/mysql/pool.ts";
import { openS3 } from "../adapters/s3/client.ts";
import { s3Pictures } from "../adapters/s3/object-store.ts";
import { signedUrls } from "../adapters/s3/signed-urls.ts";
import type { ServerConfig } from "../config/ec2.ts";

/** Database and bucket, and what lets go of both. */
export function openStorage(
  { database, storage }: Pick<ServerConfig, "database" | "storage">,
  now: () => Date,
) {
  const pool = openPool(database);
  const client = openS3(storage);
  const { bucket } = storage;
  const pictures = s3Pictures({ client, bucket, sign: signedUrls({ client, bucket, now }) });

  async function letGo(): Promise<void> {
    await pool.end();
    client.destroy();
  }
  return { pool, client, bucket, pictures, letGo };
}
