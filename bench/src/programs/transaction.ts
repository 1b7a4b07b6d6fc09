import { createHash, randomUUID } from "node:crypto";
import type { ResultSetHeader } from "mysql2/promise";
import { loop } from "./parts/loop.ts";
import { pool } from "./parts/mysql-pool.ts";

const { AT_ONCE } = process.env as Record<string, string>;
const ids = Array.from({ length: Number(AT_ONCE) }, () => randomUUID());
const ready = prepare();

loop(async () => {
  await ready;
  const id = ids.pop()!;
  await advance(id);
  ids.push(id);
  return 1;
}, Number(AT_ONCE));

/** What rotating a refresh token needs at least: the session takes its step, and the spent token is noted. */
async function advance(id: string): Promise<void> {
  const hash = createHash("sha256").update(randomUUID()).digest("hex");
  const connection = await pool.getConnection();
  await connection.beginTransaction();
  const update = "UPDATE raw_sessions SET token_hash = ?, rotated_at = ? WHERE id = ?";
  const [{ affectedRows }] = await connection.execute<ResultSetHeader>(update, [hash, new Date(), id]);
  if (affectedRows !== 1) throw new Error("a session is missing");
  await connection.execute("INSERT INTO raw_spent (token_hash, session_id) VALUES (?, ?)", [hash, id]);
  await connection.commit();
  connection.release();
}

async function prepare(): Promise<void> {
  const id = "CHAR(36) CHARACTER SET ascii NOT NULL";
  const hash = "CHAR(64) CHARACTER SET ascii NOT NULL";
  await pool.query(
    `CREATE TABLE IF NOT EXISTS raw_sessions (id ${id} PRIMARY KEY, token_hash ${hash}, rotated_at DATETIME(3) NOT NULL)`,
  );
  await pool.query(
    `CREATE TABLE IF NOT EXISTS raw_spent (token_hash ${hash} PRIMARY KEY, session_id ${id}, KEY (session_id))`,
  );
  for (const each of ids) await pool.query("INSERT INTO raw_sessions VALUES (?, '', NOW(3))", [each]);
}
