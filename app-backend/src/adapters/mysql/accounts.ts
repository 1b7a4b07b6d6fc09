import type { Pool } from "mysql2/promise";
import type { Account } from "../../domain/account.ts";
import { AppError } from "../../domain/app-error.ts";
import { emailKey } from "../../domain/email.ts";
import type { Accounts } from "../../ports/accounts.ts";
import { isDuplicate } from "./database-error.ts";
import { change, select } from "./pool.ts";

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
  };
}

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
