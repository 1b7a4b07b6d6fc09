import type { RowDataPacket } from "mysql2/promise";
import { loop } from "./parts/loop.ts";
import { pool } from "./parts/mysql-pool.ts";

const { AT, ID, AT_ONCE } = process.env as Record<string, string>;
const at = new Date(AT!);
// As the application asks for 20: one more tells whether there is a next page.
const query = `SELECT id, account_id, name, content_type, bytes, width, height, object_key, thumbnail_key,
    thumbnail_width, thumbnail_height, created_at, published_at FROM images
  WHERE published_at IS NOT NULL AND published_at <= ? AND (published_at < ? OR id < ?)
  ORDER BY published_at DESC, id DESC LIMIT 21`;

loop(async () => {
  const [rows] = await pool.execute<RowDataPacket[]>(query, [at, at, ID!]);
  if (rows.length !== 21) throw new Error(`${rows.length} rows instead of 21`);
  return 1;
}, Number(AT_ONCE));
