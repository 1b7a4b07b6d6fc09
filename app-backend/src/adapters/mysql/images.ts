import type { Pool } from "mysql2/promise";
import { AppError } from "../../domain/app-error.ts";
import { type Image, type PendingImage, quota } from "../../domain/image.ts";
import type { Images } from "../../ports/images.ts";
import { change, select, transaction } from "./pool.ts";

interface Row {
  id: string;
  account_id: string;
  name: string;
  content_type: string;
  bytes: number;
  width: number;
  height: number;
  object_key: string;
  thumbnail_key: string;
  thumbnail_width: number;
  thumbnail_height: number;
  created_at: Date;
  published_at: Date | null;
}

const columns = `id, account_id, name, content_type, bytes, width, height, object_key, thumbnail_key,
  thumbnail_width, thumbnail_height, created_at, published_at`;

/** A withdrawn image keeps its keys. */
const pending = "published_at IS NULL AND object_key IS NULL";

// `bytes` is the announced size until the image is published, then the size of its objects.
const uncount = `UPDATE accounts SET image_count = image_count - 1, image_bytes = image_bytes - ?
  WHERE id = ? AND image_count > 0 AND image_bytes >= ?`;

export function mysqlImages(pool: Pool): Images {
  async function rows(rest: string, values: (string | number | Date)[]): Promise<Row[]> {
    return select<Row>(pool, `SELECT ${columns} FROM images ${rest}`, values);
  }

  async function removeWhere(condition: string, id: string): Promise<Image | PendingImage | undefined> {
    return transaction(pool, async (statements) => {
      const sql = `SELECT ${columns} FROM images WHERE ${condition} FOR UPDATE`;
      const [row] = await statements.select<Row>(sql, [id]);
      if (!row) return undefined;
      await statements.change(uncount, [row.bytes, row.account_id, row.bytes]);
      await statements.change("DELETE FROM images WHERE id = ?", [id]);
      return imageOf(row);
    });
  }

  return {
    async get(id) {
      const [row] = await rows("WHERE id = ?", [id]);
      return row && imageOf(row);
    },

    async list({ accountId, after, limit }) {
      const conditions = ["published_at IS NOT NULL"];
      const values: (string | number | Date)[] = [];
      if (accountId !== undefined) {
        conditions.push("account_id = ?");
        values.push(accountId);
      }
      if (after) {
        // Not a row comparison, for which MySQL does not use the index.
        conditions.push("published_at <= ? AND (published_at < ? OR id < ?)");
        values.push(after.at, after.at, after.id);
      }
      const found = await rows(
        `WHERE ${conditions.join(" AND ")} ORDER BY published_at DESC, id DESC LIMIT ${Number(limit)}`,
        values,
      );
      return found.map((row) => imageOf(row) as Image);
    },

    async add({ id, accountId, name, contentType, bytes, createdAt }) {
      return transaction(pool, async (statements) => {
        const count = `UPDATE accounts SET image_count = image_count + 1, image_bytes = image_bytes + ?
          WHERE id = ? AND removed_at IS NULL AND image_count < ? AND image_bytes + ? <= ?`;
        const counted = [bytes, accountId, quota.maxImages, bytes, quota.maxBytes];
        if ((await statements.change(count, counted)) === 0) return false;
        const sql = `INSERT INTO images (id, account_id, name, content_type, bytes, created_at)
          VALUES (?, ?, ?, ?, ?, ?)`;
        await statements.change(sql, [id, accountId, name, contentType, bytes, createdAt]);
        return true;
      });
    },

    async publish(id, rendition, at) {
      return transaction(pool, async (statements) => {
        const [row] = await statements.select<Row>(
          `SELECT ${columns} FROM images WHERE id = ? AND ${pending} FOR UPDATE`,
          [id],
        );
        if (!row) return false;
        const recount = `UPDATE accounts SET image_bytes = image_bytes + ? - LEAST(image_bytes, ?)
          WHERE id = ? AND removed_at IS NULL AND image_bytes + ? - LEAST(image_bytes, ?) <= ?`;
        const bytesNow = [rendition.bytes, row.bytes];
        const counted = [...bytesNow, row.account_id, ...bytesNow, quota.maxBytes];
        if ((await statements.change(recount, counted)) === 0)
          throw new AppError("quota_exceeded", "image takes more than was announced");
        const { contentType, bytes, width, height, objectKey, thumbnailKey } = rendition;
        const sql = `UPDATE images SET content_type = ?, bytes = ?, width = ?, height = ?, object_key = ?,
          thumbnail_key = ?, thumbnail_width = ?, thumbnail_height = ?, published_at = ? WHERE id = ?`;
        const sizes = [rendition.thumbnailWidth, rendition.thumbnailHeight];
        const values = [contentType, bytes, width, height, objectKey, thumbnailKey, ...sizes, at, id];
        return (await statements.change(sql, values)) === 1;
      });
    },

    remove: (id) => removeWhere("id = ?", id),

    async removePending(id) {
      await removeWhere(`id = ? AND ${pending}`, id);
    },

    async listAbandoned(before, limit) {
      const rest = `WHERE ${pending} AND created_at < ? ORDER BY created_at LIMIT ${Number(limit)}`;
      return (await rows(rest, [before])).map(imageOf);
    },

    async withdrawOfAccount(accountId) {
      const sql = "UPDATE images SET published_at = NULL WHERE account_id = ? AND published_at IS NOT NULL";
      await change(pool, sql, [accountId]);
    },

    async listWithdrawn(accountId, limit) {
      const rest = `WHERE account_id = ? AND published_at IS NULL ORDER BY id LIMIT ${Number(limit)}`;
      return (await rows(rest, [accountId])).map(({ id, object_key, thumbnail_key }) => ({
        id,
        objectKeys: object_key ? [object_key, thumbnail_key] : [],
      }));
    },

    async removeWithdrawn(accountId, images) {
      if (images.length === 0) return;
      const marks = images.map(() => "?").join(", ");
      const sql = `DELETE FROM images WHERE account_id = ? AND published_at IS NULL AND id IN (${marks})`;
      await change(pool, sql, [accountId, ...images.map(({ id }) => id)]);
    },
  };
}

function imageOf(row: Row): Image | PendingImage {
  const { id, name, bytes, published_at: publishedAt } = row;
  const { account_id: accountId, content_type: contentType, created_at: createdAt } = row;
  const pending = { id, accountId, name, contentType, bytes, createdAt };
  if (publishedAt === null) return pending;
  return {
    ...pending,
    width: row.width,
    height: row.height,
    objectKey: row.object_key,
    thumbnailKey: row.thumbnail_key,
    thumbnailWidth: row.thumbnail_width,
    thumbnailHeight: row.thumbnail_height,
    publishedAt,
  };
}
