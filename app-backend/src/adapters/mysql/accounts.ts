import { domainToUnicode } from "node:url";
import type { Pool } from "mysql2/promise";
import type { Account, Profile } from "../../domain/account.ts";
import { AppError } from "../../domain/app-error.ts";
import { emailKey, tidyEmail } from "../../domain/email.ts";
import type { Accounts } from "../../ports/accounts.ts";
import { isDuplicate } from "./database-error.ts";
import { noPassword } from "./ways-in.ts";
import { change, select, type Statements, transaction } from "./pool.ts";
import { addIdentity } from "./provider-identities.ts";

export interface AccountRow {
  id: string;
  email: string;
  credential_version: number;
  picture_key: string;
  username: string | null;
  first_name: string | null;
  last_name: string | null;
  confirmed: number;
  created_at: Date;
}

const columns =
  "id, email, credential_version, picture_key, username, first_name, last_name, confirmed, created_at";

export function mysqlAccounts(pool: Pool): Accounts {
  async function one(rest: string, values: string[]): Promise<Account | undefined> {
    const [row] = await select<AccountRow>(
      pool,
      `SELECT ${columns} FROM accounts WHERE removed_at IS NULL AND ${rest}`,
      values,
    );
    return row && accountOf(row);
  }

  function getByEmail(email: string): Promise<Account | undefined> {
    const keys = keysOfEmail(email);
    return one("email_key IN (?, ?, ?) ORDER BY email_key = ? DESC LIMIT 1", [...keys, keys[0]]);
  }

  /** Only accounts of earlier releases may have another key; the database refuses a second account with the current one. */
  async function refuseOlder(email: string): Promise<void> {
    const key = emailKey(email);
    if (keysOfEmail(email).some((other) => other !== key) && (await getByEmail(email))) throw emailTaken();
  }

  return {
    get: (id) => one("id = ?", [id]),

    getByEmail,

    async add(account, credential) {
      await refuseOlder(account.email);
      await insert({ change: (sql, values) => change(pool, sql, values) }, account, credential);
    },

    async addWithIdentity(account, identity) {
      await refuseOlder(account.email);
      await transaction(pool, async (statements) => {
        await insert(statements, account, noPassword);
        await addIdentity(statements, identity);
      });
    },

    async replaceProfile(id, profile) {
      const named = Object.entries(profileColumns).filter(([field]) => field in profile);
      if (named.length === 0) return;
      const sets = named.map(([, column]) => `${column} = ?`).join(", ");
      const values = named.map(([field]) => profile[field as keyof Profile] ?? null);
      await change(pool, `UPDATE accounts SET ${sets} WHERE id = ? AND removed_at IS NULL`, [...values, id]);
    },

    async replacePicture(id, from, to) {
      const sql =
        "UPDATE accounts SET picture_key = ? WHERE id = ? AND picture_key = ? AND removed_at IS NULL";
      return (await change(pool, sql, [to, id, from])) === 1;
    },

    async confirm(id) {
      await change(pool, "UPDATE accounts SET confirmed = TRUE WHERE id = ? AND removed_at IS NULL", [id]);
    },

    async markRemoved(id, at) {
      const profile = Object.values(profileColumns).map((column) => `${column} = NULL`);
      // No address has a blank.
      const sql = `UPDATE accounts SET removed_at = ?, email = '', email_key = CONCAT('removed ', id), picture_key = '',
        ${profile.join(", ")} WHERE id = ? AND removed_at IS NULL`;
      await change(pool, sql, [at, id]);
    },

    async listRemoved(after, limit) {
      const sql = `SELECT id FROM accounts WHERE removed_at IS NOT NULL AND id > ? ORDER BY id LIMIT ${Number(limit)}`;
      return (await select<Pick<AccountRow, "id">>(pool, sql, [after])).map(({ id }) => id);
    },

    async remove(id) {
      await change(pool, "DELETE FROM accounts WHERE id = ? AND removed_at IS NOT NULL", [id]);
    },
  };
}

async function insert(statements: Pick<Statements, "change">, account: Account, hash: string): Promise<void> {
  const sql = `INSERT INTO accounts (${columns}, password_hash, email_key) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
  try {
    await statements.change(sql, [...valuesOf(account), hash, emailKey(account.email)]);
  } catch (error) {
    throw isDuplicate(error) ? emailTaken(error) : error;
  }
}

function emailTaken(cause?: unknown): AppError {
  return new AppError("email_taken", "address is taken", { cause });
}

/**
 * The keys that an account of that address may have. Until 2026-11 they had the domain as it was typed, in Unicode or in
 * punycode, so that one mailbox may have two accounts: each is found as it was typed then, which comes first.
 */
function keysOfEmail(email: string) {
  const key = emailKey(email);
  const at = key.lastIndexOf("@") + 1;
  const asTyped = tidyEmail(email).toLowerCase().normalize("NFC");
  return [asTyped, key, key.slice(0, at) + domainToUnicode(key.slice(at))] as const;
}

const profileColumns: Record<keyof Profile, string> = {
  username: "username",
  firstName: "first_name",
  lastName: "last_name",
};

function valuesOf(account: Account) {
  const { id, email, credentialVersion, pictureKey } = account;
  const { username, firstName, lastName, confirmed, createdAt } = account;
  const profile = [username, firstName, lastName];
  return [id, email, credentialVersion, pictureKey, ...profile, confirmed, createdAt];
}

export function accountOf(row: AccountRow): Account {
  return {
    id: row.id,
    email: row.email,
    credentialVersion: row.credential_version,
    pictureKey: row.picture_key,
    username: row.username,
    firstName: row.first_name,
    lastName: row.last_name,
    confirmed: row.confirmed === 1,
    createdAt: row.created_at,
  };
}
