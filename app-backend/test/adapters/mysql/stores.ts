import { randomUUID } from "node:crypto";
import type { Pool, RowDataPacket } from "mysql2/promise";
import { mysqlAccounts } from "../../../src/adapters/mysql/accounts.ts";
import { mysqlImages } from "../../../src/adapters/mysql/images.ts";
import { mysqlLimits } from "../../../src/adapters/mysql/limits.ts";
import { mysqlOneTimeCodes } from "../../../src/adapters/mysql/one-time-codes.ts";
import { mysqlPasswordHashes } from "../../../src/adapters/mysql/password-hashes.ts";
import { mysqlSessions } from "../../../src/adapters/mysql/sessions.ts";
import type { Open, RawStore } from "../../contract/opened.ts";
import { createDatabase } from "../../store.ts";

/** Opens one port on a separate database. */
export function openMysql<Port>(make: (pool: Pool) => Port): Open<Port> {
  return async () => {
    const { pool, drop } = await createDatabase();
    return { port: make(pool), raw: rawMysql(pool), close: drop };
  };
}

/** All stores on a separate database, for tests of use cases. */
export async function openMysqlStores() {
  const { pool, drop } = await createDatabase();
  return {
    pool,
    raw: rawMysql(pool),
    accounts: mysqlAccounts(pool),
    sessions: mysqlSessions(pool),
    hashes: mysqlPasswordHashes(pool),
    codes: mysqlOneTimeCodes(pool),
    limits: mysqlLimits(pool),
    images: mysqlImages(pool),
    close: drop,
  };
}

export function rawMysql(pool: Pool): RawStore {
  return {
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

    async addImage({ id, accountId, objectKeys: [object = null, thumbnail = null] }) {
      const columns = `id, account_id, name, content_type, bytes, object_key, thumbnail_key, created_at, published_at`;
      const at = new Date();
      const facts = ["Silver", "image/png", 100, object, thumbnail, at, object && at];
      await pool.query(`INSERT INTO images (${columns}) VALUES (?)`, [[id, accountId, ...facts]]);
    },

    async count(text) {
      const [tables] = await pool.query<RowDataPacket[]>("SHOW TABLES");
      const names = tables.map((row) => Object.values(row)[0]);
      const found = await Promise.all(
        names.map((name) => pool.query<RowDataPacket[]>(`SELECT * FROM ${name}`)),
      );
      return found.flatMap(([rows]) => rows).filter((row) => JSON.stringify(row).includes(text)).length;
    },
  };
}
