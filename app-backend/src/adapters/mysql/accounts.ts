import type { Pool } from "mysql2/promise";
import type { Account, Profile } from "../../domain/account.ts";
import { AppError } from "../../domain/app-error.ts";
import { emailKey } from "../../domain/email.ts";
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

    async replacePassword(id, passwordHash, keptSessionId = "") {
      await transaction(pool, async (statements) => {
        await statements.change("UPDATE accounts SET password_hash = ? WHERE id = ?", [passwordHash, id]);
        const sql = "DELETE FROM sessions WHERE account_id = ? AND id <> ?";
        await statements.change(sql, [id, keptSessionId]);
      });
    },

    async confirm(id) {
      await change(pool, "UPDATE accounts SET confirmed = TRUE WHERE id = ?", [id]);
    },

    async remove(id) {
      await change(pool, "DELETE FROM accounts WHERE id = ?", [id]); // what belongs to it goes by foreign keys
    },
  };
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
