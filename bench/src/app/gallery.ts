import type { Connection, RowDataPacket } from "mysql2/promise";
import type { Cursor } from "../../../app-backend/src/domain/image.ts";

const thousand = 1_000;

/** A second apart, in the order of their ids, else a million takes minutes; keys are as long as the application's. */
const insert = `INSERT INTO images (id, account_id, name, content_type, bytes, width, height, object_key, thumbnail_key,
    thumbnail_width, thumbnail_height, created_at, published_at)
  SELECT CONCAT(LOWER(LPAD(HEX(? + n), 8, '0')), '-0000-4000-8000-000000000000'), accounts.id, 'A view of the harbour',
    'image/jpeg', 2000000, 4000, 3000, CONCAT('images/', UUID(), '/', SHA2(n, 256), '.jpg'),
    CONCAT('images/', UUID(), '/', SHA2(n, 256), '.webp'), 480, 360, NOW(3), '2026-01-01' + INTERVAL ? + n SECOND
  FROM accounts, bench_thousand`;

/** Puts so many thousand images of one account into the database, and gives the place in the middle of their list. */
export async function fillGallery(database: Connection, rows: number): Promise<Cursor> {
  await database.query("CREATE TABLE bench_thousand (n INT PRIMARY KEY)");
  const numbers = Array.from({ length: thousand }, (_, n) => [n]);
  await database.query("INSERT INTO bench_thousand VALUES ?", [numbers]);
  await database.query("START TRANSACTION");
  for (let from = 0; from < rows; from += thousand) await database.execute(insert, [from, from]);
  await database.query("COMMIT");
  await database.query("ANALYZE TABLE images");
  const [[middle]] = await database.query<RowDataPacket[]>(
    `SELECT published_at, id FROM images ORDER BY published_at DESC, id DESC LIMIT 1 OFFSET ${rows >> 1}`,
  );
  return { at: middle!["published_at"] as Date, id: String(middle!["id"]) };
}
