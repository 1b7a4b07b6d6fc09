import type { Pool } from "mysql2/promise";
import type { Account, Profile } from "../../domain/account.ts";
import { AppError } from "../../domain/app-error.ts";
import { emailKey } from "../../domain/email.ts";
import { uploadKeyOf } from "../../domain/image.ts";
import type { Accounts } from "../../ports/accounts.ts";
import { isDuplicate } from "./database-error.ts";
import { change, select, transaction } from "./pool.ts";

interface Row {
  id: string;
  email: string;
  password_hash: string;
  picture_key: string;
  username: string | null;
  first_name: string | null;
  last_name: string | null;
  confirmed: number;
  created_at: Date;
}

const columns =
  "id, email, password_hash, picture_key, username, first_name, last_name, confirmed, created_at";

export function mysqlAccounts(pool: Pool): Accounts {
  async function one(where: string, value: string): Promise<Account | undefined> {
    const [row] = await select<Row>(pool, `SELECT ${columns} FROM accounts WHERE ${where} = ?`, [value]);
    return row && accountOf(row);
  }

  return {
    get: (id) => one("id", id),
    getByEmail: (email) => one("email_key", emailKey(email)),

    async add(account) {
      const sql = `INSERT INTO accounts (${columns}, email_key) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
      try {
        await change(pool, sql, [...valuesOf(account), emailKey(account.email)]);
      } catch (error) {
        if (isDuplicate(error)) throw new AppError("email_taken", "address is taken", { cause: error });
        throw error;
      }
    },

    async replaceProfile(id, profile) {
      const named = Object.entries(profileColumns).filter(([field]) => field in profile);
      if (named.length === 0) return;
      const sets = named.map(([, column]) => `${column} = ?`).join(", ");
      const values = named.map(([field]) => profile[field as keyof Profile] ?? null);
      await change(pool, `UPDATE accounts SET ${sets} WHERE id = ?`, [...values, id]);
    },

    async replacePicture(id, from, to) {
      const sql = "UPDATE accounts SET picture_key = ? WHERE id = ? AND picture_key = ?";
      return (await change(pool, sql, [to, id, from])) === 1;
    },

    async replacePassword(id, { to, from, keptSessionId = "" }) {
      return transaction(pool, async (statements) => {
        const condition = from === undefined ? "" : " AND password_hash = ?";
        const values = from === undefined ? [to, id] : [to, id, from];
        const sql = `UPDATE accounts SET password_hash = ? WHERE id = ?${condition}`;
        if ((await statements.change(sql, values)) === 0) return false;
        const others = "DELETE FROM sessions WHERE account_id = ? AND id <> ?";
        await statements.change(others, [id, keptSessionId]);
        await statements.change("DELETE FROM codes WHERE account_id = ? AND purpose = 'reset'", [id]);
        return true;
      });
    },

    async confirm(id) {
      await change(pool, "UPDATE accounts SET confirmed = TRUE WHERE id = ?", [id]);
    },

    async remove(id) {
      return transaction(pool, async (statements) => {
        const picture = "SELECT picture_key FROM accounts WHERE id = ? FOR UPDATE";
        const [account] = await statements.select<{ picture_key: string }>(picture, [id]);
        if (!account) return [];
        const sql = "SELECT id, object_key, thumbnail_key FROM images WHERE account_id = ? FOR UPDATE";
        const images = await statements.select<ImageKeys>(sql, [id]);
        await statements.change("DELETE FROM accounts WHERE id = ?", [id]); // the rest goes by foreign keys
        return [account.picture_key, ...images.flatMap(keysOf)];
      });
    },
  };
}

interface ImageKeys {
  readonly id: string;
  readonly object_key: string | null;
  readonly thumbnail_key: string | null;
}

function keysOf({ id, object_key, thumbnail_key }: ImageKeys): string[] {
  return [uploadKeyOf(id), object_key, thumbnail_key].filter((key) => key !== null);
}

const profileColumns: Record<keyof Profile, string> = {
  username: "username",
  firstName: "first_name",
  lastName: "last_name",
};

function valuesOf(account: Account) {
  const { id, email, passwordHash, pictureKey, username, firstName, lastName, confirmed, createdAt } =
    account;
  return [id, email, passwordHash, pictureKey, username, firstName, lastName, confirmed, createdAt];
}

function accountOf(row: Row): Account {
  return {
    id: row.id,
    email: row.email,
    passwordHash: row.password_hash,
    pictureKey: row.picture_key,
    username: row.username,
    firstName: row.first_name,
    lastName: row.last_name,
    confirmed: row.confirmed === 1,
    createdAt: row.created_at,
  };
}
