import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { RowDataPacket } from "mysql2/promise";
import { timeOf, within } from "../../within.ts";
import { openMysqlStores } from "./stores.ts";

let stores: Awaited<ReturnType<typeof openMysqlStores>>;
let accountId: string;

beforeAll(async () => {
  stores = await openMysqlStores();
  accountId = await stores.raw.addAccount();
});
afterAll(() => stores.close());

/** Adds published images, one a second from `from` on. */
async function addImages(count: number, from: number): Promise<void> {
  const rows = Array.from({ length: count }, (_, index) => {
    const id = `${(from + index).toString(16).padStart(8, "0")}-0000-4000-8000-000000000000`;
    const at = new Date(Date.UTC(2026, 0, 1) + (from + index) * 1000);
    return [id, accountId, "a", "image/png", 1, 1, 1, `images/${id}/a`, `images/${id}/b`, 1, 1, at, at];
  });
  const columns = `id, account_id, name, content_type, bytes, width, height, object_key, thumbnail_key,
    thumbnail_width, thumbnail_height, created_at, published_at`;
  for (let start = 0; start < count; start += 5000)
    await stores.pool.query(`INSERT INTO images (${columns}) VALUES ?`, [rows.slice(start, start + 5000)]);
}

/** Rows that the storage engine read for one page in the middle of the list. */
async function rowsTouched(total: number): Promise<number> {
  const connection = await stores.pool.getConnection();
  try {
    const after = { at: new Date(Date.UTC(2026, 0, 1) + (total / 2) * 1000), id: "f" };
    await connection.query("FLUSH LOCAL STATUS");
    const sql = `SELECT id FROM images WHERE published_at IS NOT NULL AND published_at <= ? AND
      (published_at < ? OR id < ?) ORDER BY published_at DESC, id DESC LIMIT 25`;
    await connection.query(sql, [after.at, after.at, after.id]);
    const [rows] = await connection.query<RowDataPacket[]>("SHOW SESSION STATUS LIKE 'Handler_read%'");
    return rows.reduce((sum, { Value }) => sum + Number(Value), 0);
  } finally {
    connection.release();
  }
}

describe("a page in the middle of all images", () => {
  test("reads as many rows of 100,000 as of 1,000", async () => {
    await addImages(1000, 0);
    const few = await rowsTouched(1000);
    await addImages(99_000, 1000);
    await stores.pool.query("ANALYZE TABLE images");
    const many = await rowsTouched(100_000);
    expect(few).toBeLessThan(60);
    expect(many).toBeLessThan(60);
  });

  test("has what the store returns: 24 images in order, without the one at the cursor", async () => {
    const after = { at: new Date(Date.UTC(2026, 0, 1) + 500_000), id: "0" };
    const read = async () => {
      const page = await stores.images.list({ after, limit: 24 });
      expect(page).toHaveLength(24);
      expect(page[0]?.publishedAt).toEqual(new Date(Date.UTC(2026, 0, 1) + 499_000));
    };
    await within(500, () => timeOf(read));
  });
});
