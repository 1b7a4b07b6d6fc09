import type { RowDataPacket } from "mysql2/promise";
import { loop } from "./parts/loop.ts";
import { pool } from "./parts/mysql-pool.ts";

const { ACCOUNT, AT, ID, WALKS, AT_ONCE } = process.env as Record<string, string>;
// As the application asks for 24: one more tells whether there is a next page.
const query = (after: string) => `SELECT p.id, p.account_id, p.title, p.type, p.label, p.video_id, p.media_id,
    m.name AS media_name, m.content_type AS media_type, m.bytes AS media_bytes, m.object_key AS media_key, p.version,
    p.revision, p.notes_key, p.notes_sha256, p.notes_bytes, p.device, p.created_at, p.saved_at, p.deleted_at
  FROM projects p LEFT JOIN media m ON m.id = p.media_id
  WHERE p.account_id = ? AND p.deleted_at IS NULL ${after} ORDER BY p.saved_at DESC, p.id DESC LIMIT 25`;
const first = query("");
const next = query("AND p.saved_at <= ? AND (p.saved_at < ? OR p.id < ?)");

async function pageAfter(at: Date, id: string): Promise<RowDataPacket[]> {
  const [rows] = await pool.execute<RowDataPacket[]>(next, [ACCOUNT!, at, at, id]);
  return rows;
}

/** How many pages the whole list has. */
async function walk(): Promise<number> {
  let [rows] = await pool.execute<RowDataPacket[]>(first, [ACCOUNT!]);
  let pages = 1;
  for (; rows.length === 25; pages += 1) {
    const { saved_at, id } = rows[23]!;
    rows = await pageAfter(saved_at as Date, String(id));
  }
  return pages;
}

async function page(): Promise<number> {
  const rows = await pageAfter(new Date(AT!), ID!);
  if (rows.length !== 25) throw new Error(`${rows.length} rows instead of 25`);
  return 1;
}

loop(WALKS ? walk : page, Number(AT_ONCE));
