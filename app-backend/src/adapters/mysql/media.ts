import type { Pool } from "mysql2/promise";
import { AppError } from "../../domain/app-error.ts";
import { isStored, type Media, mediaQuota, type PendingMedia } from "../../domain/media.ts";
import type { Owned } from "../../domain/owned.ts";
import type { ListedMedia, MediaFiles } from "../../ports/media.ts";
import { addUsage, lockAccount, lockLiveAccount } from "./account-usage.ts";
import { duplicateKey } from "./database-error.ts";
import { change, select, type Statements, transaction } from "./pool.ts";

interface Row {
  id: string;
  account_id: string;
  name: string;
  bytes: number;
  sha256: string;
  content_type: string;
  object_key: string;
  created_at: Date;
  stored_at: Date | null;
  kept_until: Date;
}

const columns =
  "id, account_id, name, bytes, sha256, content_type, object_key, created_at, stored_at, kept_until";

const inUse = "SELECT id FROM projects WHERE media_id = ? LIMIT 1";

export function mysqlMedia(pool: Pool): MediaFiles {
  async function rows(rest: string, values: (string | Date)[]): Promise<Row[]> {
    return select<Row>(pool, `SELECT ${columns} FROM media ${rest}`, values);
  }

  /** Removes media if `condition` holds. Throws `media_in_use`. */
  async function removeIf(
    condition: (media: Media | PendingMedia) => boolean,
    { id, accountId }: Owned,
  ): Promise<Media | PendingMedia | undefined> {
    return transaction(pool, async (statements) => {
      await lockAccount(statements, accountId);
      const media = await locked(statements, { id, accountId });
      if (!media || !condition(media)) return undefined;
      if ((await statements.select(inUse, [id])).length > 0)
        throw new AppError("media_in_use", "a project has this media");
      await removeRow(statements, media);
      return media;
    });
  }

  return {
    async get({ id, accountId }) {
      const [row] = await rows("WHERE id = ? AND account_id = ?", [id, accountId]);
      return row && mediaOf(row);
    },

    async list({ accountId, after, limit }) {
      const uses = "(SELECT COUNT(*) FROM projects WHERE projects.media_id = media.id) AS uses";
      // Not a row comparison, for which MySQL does not use the index.
      const place = after ? "AND created_at <= ? AND (created_at < ? OR id < ?)" : "";
      const values = after ? [accountId, after.at, after.at, after.id] : [accountId];
      const sql = `SELECT ${columns}, ${uses} FROM media WHERE account_id = ? ${place}
        ORDER BY created_at DESC, id DESC LIMIT ${Number(limit)}`;
      const found = await select<Row & { uses: number }>(pool, sql, values);
      return found.map((row): ListedMedia => ({ ...mediaOf(row), uses: row.uses }));
    },

    async add({ id, accountId, name, bytes, createdAt }) {
      return transaction(pool, async (statements) => {
        const usage = await lockLiveAccount(statements, accountId);
        const sql = "INSERT INTO media (id, account_id, name, bytes, created_at) VALUES (?, ?, ?, ?, ?)";
        try {
          await statements.change(sql, [id, accountId, name, bytes, createdAt]);
        } catch (error) {
          if (duplicateKey(error) === "PRIMARY") return false;
          throw error;
        }
        const isFull = usage.media_count >= mediaQuota.maxFiles;
        if (isFull || usage.media_bytes + bytes > mediaQuota.maxBytes) throw full();
        await addUsage(statements, accountId, { media_count: 1, media_bytes: bytes });
        return true;
      });
    },

    async store(holder, { sha256, contentType, bytes, objectKey }, at, keptUntil) {
      const { id, accountId } = holder;
      return transaction(pool, async (statements) => {
        const usage = await lockLiveAccount(statements, accountId);
        const media = await locked(statements, holder);
        if (!media) return undefined;
        const sameBytes = `SELECT ${columns} FROM media WHERE account_id = ? AND sha256 = ? FOR UPDATE`;
        const [row] = isStored(media) ? [] : await statements.select<Row>(sameBytes, [accountId, sha256]);
        const known = row ? mediaOf(row) : media;
        if (isStored(known)) return keep(statements, known, keptUntil);
        const more = bytes - media.bytes;
        if (more > 0 && usage.media_bytes + more > mediaQuota.maxBytes) throw full();
        const sql = `UPDATE media SET sha256 = ?, content_type = ?, bytes = ?, object_key = ?, stored_at = ?,
          kept_until = ? WHERE id = ?`;
        await statements.change(sql, [sha256, contentType, bytes, objectKey, at, keptUntil, id]);
        if (more !== 0) await addUsage(statements, accountId, { media_bytes: more });
        return { ...media, sha256, contentType, bytes, objectKey, storedAt: at, keptUntil };
      });
    },

    remove: (media) => removeIf(() => true, media),

    async removePending(media) {
      await removeIf((found) => !isStored(found), media);
    },

    async listAbandoned(before, limit) {
      const rest = `WHERE stored_at IS NULL AND created_at < ? ORDER BY created_at LIMIT ${Number(limit)}`;
      return (await rows(rest, [before])).map(mediaOf);
    },

    async listPending(accountId, limit) {
      const rest = `WHERE account_id = ? AND sha256 IS NULL LIMIT ${Number(limit)}`;
      return (await rows(rest, [accountId])).map(mediaOf);
    },

    async removeOfAccount(accountId) {
      await change(pool, "DELETE FROM media WHERE account_id = ?", [accountId]);
    },
  };
}

/**
 * Removes media that has no project and is not kept at that time, and counts it back; returns the key of its object. The
 * caller holds the lock of the account.
 */
export async function releaseMedia(
  statements: Statements,
  accountId: string,
  id: string | null,
  at: Date,
): Promise<string[]> {
  const media = id === null ? undefined : await locked(statements, { id, accountId });
  if (!media || !isStored(media) || media.keptUntil > at) return [];
  if ((await statements.select(inUse, [media.id])).length > 0) return [];
  await removeRow(statements, media);
  return [media.objectKey];
}

async function locked(statements: Statements, { id, accountId }: Owned) {
  const sql = `SELECT ${columns} FROM media WHERE id = ? AND account_id = ? FOR UPDATE`;
  const [row] = await statements.select<Row>(sql, [id, accountId]);
  return row && mediaOf(row);
}

async function keep(statements: Statements, media: Media, keptUntil: Date): Promise<Media> {
  if (media.keptUntil >= keptUntil) return media;
  await statements.change("UPDATE media SET kept_until = ? WHERE id = ?", [keptUntil, media.id]);
  return { ...media, keptUntil };
}

async function removeRow(statements: Statements, { id, accountId, bytes }: PendingMedia): Promise<void> {
  await statements.change("DELETE FROM media WHERE id = ?", [id]);
  await addUsage(statements, accountId, { media_count: -1, media_bytes: -bytes });
}

function full(): AppError {
  return new AppError("quota_exceeded", "account has no quota for this file");
}

function mediaOf(row: Row): Media | PendingMedia {
  const { id, name, bytes, sha256, account_id: accountId, created_at: createdAt } = row;
  const pending = { id, accountId, name, bytes, createdAt };
  if (row.stored_at === null) return pending;
  const stored = { sha256, contentType: row.content_type, objectKey: row.object_key };
  return { ...pending, ...stored, storedAt: row.stored_at, keptUntil: row.kept_until };
}
