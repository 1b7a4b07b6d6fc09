import { createHash, randomUUID } from "node:crypto";
import type { RowDataPacket } from "mysql2/promise";
import { type Client, requestOf } from "../load/client.ts";
import { connect } from "../load/connection.ts";
import { loop } from "./parts/loop.ts";
import { pool } from "./parts/mysql-pool.ts";

interface Save {
  readonly accountId: string;
  readonly projectId: string;
  readonly put: Client;
}

const { S3_PORT, SAVES } = process.env as Record<string, string>;
const saves = JSON.parse(SAVES!) as Save[];
const idle = Promise.all(
  saves.map(async (save) => ({ ...save, connection: await connect(Number(S3_PORT)) })),
);
let count = 0;

loop(async () => {
  const all = await idle;
  const one = all.pop()!;
  const request = requestOf(one.put, {}, (count += 1));
  const key = `raw/${one.accountId}/${one.projectId}/${randomUUID()}.json`;
  const hash = createHash("sha256").update(request).digest("hex");
  const { status } = await one.connection.exchange(request);
  if (status !== 200) throw new Error(`S3 answered ${status}`);
  await record(one, key, hash, Buffer.byteLength(one.put.body!));
  all.push(one);
  return 1;
}, saves.length);

/** What a save needs at least: the project as it is, and a transaction under the account's lock that counts its bytes. */
async function record({ accountId, projectId }: Save, key: string, hash: string, bytes: number) {
  const connection = await pool.getConnection();
  const project = "SELECT revision, notes_sha256 FROM projects WHERE id = ? AND account_id = ?";
  const [[found]] = await connection.execute<RowDataPacket[]>(project, [projectId, accountId]);
  await connection.beginTransaction();
  const lock = "SELECT notes_bytes FROM accounts WHERE id = ? AND removed_at IS NULL FOR UPDATE";
  await connection.execute(lock, [accountId]);
  const update = `UPDATE projects SET version = version + 1, revision = ?, notes_key = ?, notes_sha256 = ?,
    notes_bytes = ?, device = 'raw', saved_at = NOW(3) WHERE id = ? AND account_id = ? AND revision = ?`;
  const values = [randomUUID(), key, hash, bytes, projectId, accountId, String(found!["revision"])];
  await connection.execute(update, values);
  const insert = `INSERT INTO project_versions SELECT id, version, NULL, notes_key, notes_sha256, notes_bytes, device, saved_at
    FROM projects WHERE id = ?`;
  await connection.execute(insert, [projectId]);
  await connection.execute("UPDATE accounts SET notes_bytes = notes_bytes + ? WHERE id = ?", [
    bytes,
    accountId,
  ]);
  await connection.commit();
  connection.release();
}
