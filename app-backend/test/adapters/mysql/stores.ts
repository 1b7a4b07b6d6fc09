import { randomUUID } from "node:crypto";
import type { Pool, RowDataPacket } from "mysql2/promise";
import { mysqlAccounts } from "../../../src/adapters/mysql/accounts.ts";
import { mysqlChallenges } from "../../../src/adapters/mysql/challenges.ts";
import { mysqlFactors } from "../../../src/adapters/mysql/factors.ts";
import { mysqlImages } from "../../../src/adapters/mysql/images.ts";
import { mysqlLimits } from "../../../src/adapters/mysql/limits.ts";
import { mysqlOneTimeCodes } from "../../../src/adapters/mysql/one-time-codes.ts";
import { mysqlProviderIdentities } from "../../../src/adapters/mysql/provider-identities.ts";
import { mysqlPasskeys } from "../../../src/adapters/mysql/passkeys.ts";
import { mysqlPasswordHashes } from "../../../src/adapters/mysql/password-hashes.ts";
import { mysqlSessions } from "../../../src/adapters/mysql/sessions.ts";
import type { Open, RawProjectStore, RawUsage } from "../../contract/opened.ts";
import { createDatabase, patience } from "../../store.ts";

/** Opens one port on a separate database, with the schema of those migrations. */
export function openMysql<Port>(
  make: (pool: Pool) => Port,
  migrations?: string,
): Open<Port, RawProjectStore> {
  return async () => {
    const { pool, drop } = await createDatabase({ migrations, patience });
    return { port: make(pool), raw: rawMysql(pool), close: drop };
  };
}

/** All stores on a separate database, for tests of use cases. */
export async function openMysqlStores() {
  const { pool, drop } = await createDatabase({ patience });
  return {
    pool,
    raw: rawMysql(pool),
    accounts: mysqlAccounts(pool),
    sessions: mysqlSessions(pool),
    factors: mysqlFactors(pool),
    challenges: mysqlChallenges(pool),
    passkeys: mysqlPasskeys(pool),
    hashes: mysqlPasswordHashes(pool),
    codes: mysqlOneTimeCodes(pool),
    limits: mysqlLimits(pool),
    images: mysqlImages(pool),
    identities: mysqlProviderIdentities(pool),
    close: drop,
  };
}

/** A column of `accounts` for what it counts, and the rows that it counts. */
const usageColumns = {
  projects: ["project_count", "COUNT(*)", "projects WHERE account_id = ?"],
  notesBytes: [
    "notes_bytes",
    "SUM(v.notes_bytes)",
    "project_versions v JOIN projects p ON p.id = v.project_id WHERE p.account_id = ?",
  ],
  mediaFiles: ["media_count", "COUNT(*)", "media WHERE account_id = ?"],
  mediaBytes: ["media_bytes", "SUM(bytes)", "media WHERE account_id = ?"],
} as const satisfies Record<keyof RawUsage, readonly [string, string, string]>;

export function rawMysql(pool: Pool): RawProjectStore {
  async function insert(table: string, row: Record<string, string | number | Date | null>): Promise<void> {
    await pool.query(`INSERT INTO ${table} (${Object.keys(row).join(", ")}) VALUES (?)`, [
      Object.values(row),
    ]);
  }

  async function numbers(sql: (field: keyof RawUsage) => string, accountId: string): Promise<RawUsage> {
    const fields = Object.keys(usageColumns) as (keyof RawUsage)[];
    const found = fields.map(async (field) => {
      const [[row]] = await pool.query<RowDataPacket[]>(sql(field), [accountId]);
      return [field, Number(row?.["value"] ?? 0)] as const;
    });
    return Object.fromEntries(await Promise.all(found)) as unknown as RawUsage;
  }

  return {
    async addMedia({ id, accountId, sha256, objectKey, keptUntil }) {
      const facts = { name: "Lecture", bytes: 100, content_type: "audio/mpeg" };
      const times = { created_at: new Date(), stored_at: new Date(), kept_until: keptUntil };
      await insert("media", { id, account_id: accountId, sha256, object_key: objectKey, ...facts, ...times });
    },

    async addProject({ id, accountId, notesKey, mediaId = null }) {
      const at = new Date();
      const notes = {
        notes_key: notesKey,
        notes_sha256: "0".repeat(64),
        notes_bytes: 100,
        device: "",
        saved_at: at,
      };
      const title = { title: id, live_title: id, type: "none", media_id: mediaId };
      const facts = { id, account_id: accountId, ...title, version: 1, revision: id, created_at: at };
      await insert("projects", { ...facts, ...notes });
      await insert("project_versions", { project_id: id, version: 1, ...notes });
    },

    async usage(accountId) {
      const counted = await numbers((field) => {
        const [column] = usageColumns[field];
        return `SELECT ${column} AS value FROM accounts WHERE id = ?`;
      }, accountId);
      const summed = await numbers((field) => {
        const [, value, rest] = usageColumns[field];
        return `SELECT ${value} AS value FROM ${rest}`;
      }, accountId);
      return { counted, summed };
    },

    async setUsage(accountId, usage) {
      for (const [field, value] of Object.entries(usage)) {
        const [column] = usageColumns[field as keyof RawUsage];
        await pool.query(`UPDATE accounts SET ${column} = ? WHERE id = ?`, [value, accountId]);
      }
    },

    async addAccount(facts = {}) {
      const { id = randomUUID(), credential = "hash", credentialVersion = 0 } = facts;
      const { email = `${id}@example.org`, pictureKey = `pictures/${id}/a.png` } = facts;
      const columns =
        "id, email, email_key, password_hash, credential_version, picture_key, created_at, removed_at";
      const values = [
        id,
        email,
        email.toLowerCase(),
        credential,
        credentialVersion,
        pictureKey,
        new Date(),
        facts.isRemoved ? new Date() : null,
      ];
      await pool.query(`INSERT INTO accounts (${columns}) VALUES (?)`, [values]);
      return id;
    },

    async markRemoved(accountId) {
      await pool.query("UPDATE accounts SET removed_at = NOW(3) WHERE id = ?", [accountId]);
    },

    async addSession({ id, accountId }) {
      const now = new Date();
      const times = { created_at: now, rotated_at: now, idle_ends_at: now, ends_at: now };
      await insert("sessions", { id, account_id: accountId, current_hash: "0".repeat(64), ...times });
    },

    async versions(accountId) {
      const read = async (table: string, column: string) => {
        const sql = `SELECT id, credential_version FROM ${table} WHERE ${column} = ?`;
        const [rows] = await pool.query<RowDataPacket[]>(sql, [accountId]);
        return rows.map(({ id, credential_version }) => [id, credential_version] as [string, number]);
      };
      const [[, account] = ["", -1]] = await read("accounts", "id");
      return { account, sessions: Object.fromEntries(await read("sessions", "account_id")) };
    },

    async addFactors({ accountId, totpId, lastStep, hashes }) {
      const times = { enrolled_at: new Date(), last_used_at: new Date() };
      const facts = { account_id: accountId, id: totpId, secret: "sealed", last_step: lastStep };
      await insert("totp_secrets", { ...facts, ...times });
      for (const hash of hashes) await insert("recovery_codes", { account_id: accountId, hash });
    },

    async addIdentity({ accountId, issuer }) {
      const facts = { id: randomUUID(), subject: randomUUID(), created_at: new Date() };
      const hash = randomUUID().replaceAll("-", "").repeat(2);
      await insert("provider_identities", { account_id: accountId, issuer, hash, ...facts });
    },

    async addImage({ id, accountId, objectKeys: [object = null, thumbnail = null] }) {
      const columns = `id, account_id, name, content_type, bytes, object_key, thumbnail_key, created_at, published_at`;
      const at = new Date();
      const facts = ["Silver", "image/png", 100, object, thumbnail, at, object && at];
      await pool.query(`INSERT INTO images (${columns}) VALUES (?)`, [[id, accountId, ...facts]]);
    },

    async count(text) {
      const [tables] = await pool.query<RowDataPacket[]>("SHOW TABLES");
      const names = tables.map((row) => Object.values(row)[0]);
      let count = 0;
      // One after the other: on a busy machine not all of many connections at once are made in time.
      for (const name of names) {
        const [rows] = await pool.query<RowDataPacket[]>(`SELECT * FROM ${name}`);
        count += rows.filter((row) => JSON.stringify(row).includes(text)).length;
      }
      return count;
    },
  };
}
