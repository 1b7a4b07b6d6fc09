import { createHash } from "node:crypto";
import type { Pool } from "mysql2/promise";
import { AppError } from "../../domain/app-error.ts";
import type { ProviderIdentity } from "../../domain/provider-identity.ts";
import type { ProviderIdentities } from "../../ports/provider-identities.ts";
import { duplicateKey } from "./database-error.ts";
import { change, select, type Statements, transaction } from "./pool.ts";
import { hasOtherWayIn } from "./ways-in.ts";

interface Row {
  id: string;
  account_id: string;
  issuer: string;
  subject: string;
  email: string | null;
  created_at: Date;
}

const columns = "id, account_id, issuer, subject, email, created_at";
const prefixed = `i.${columns.replaceAll(", ", ", i.")}`;

export function mysqlProviderIdentities(pool: Pool): ProviderIdentities {
  return {
    async get(issuer, subject) {
      const sql = `SELECT ${prefixed} FROM provider_identities i
        JOIN accounts a ON a.id = i.account_id AND a.removed_at IS NULL WHERE i.hash = ?`;
      const [row] = await select<Row>(pool, sql, [hashOf(issuer, subject)]);
      return row && identityOf(row);
    },

    async listOfAccount(accountId) {
      const sql = `SELECT ${columns} FROM provider_identities WHERE account_id = ? ORDER BY created_at, id`;
      return (await select<Row>(pool, sql, [accountId])).map(identityOf);
    },

    async add(identity) {
      return transaction(pool, async (statements) => {
        const lock = "SELECT id FROM accounts WHERE id = ? AND removed_at IS NULL FOR UPDATE";
        if ((await statements.select(lock, [identity.accountId])).length === 0)
          throw new AppError("not_signed_in", "account is gone");
        await addIdentity(statements, identity);
      });
    },

    async remove({ accountId, id }, ways) {
      return transaction(pool, async (statements) => {
        // The lock on the account serializes removals, so that not both of two last identities go.
        const lock = "SELECT id FROM accounts WHERE id = ? AND removed_at IS NULL FOR UPDATE";
        const found = await statements.select(lock, [accountId]);
        const own = "SELECT id FROM provider_identities WHERE id = ? AND account_id = ?";
        if (found.length === 0 || (await statements.select(own, [id, accountId])).length === 0)
          return "missing";
        if (!(await hasOtherWayIn(statements, accountId, id, ways))) return "last";
        await statements.change("DELETE FROM provider_identities WHERE id = ?", [id]);
        return "removed";
      });
    },

    async removeOfAccount(accountId) {
      await change(pool, "DELETE FROM provider_identities WHERE account_id = ?", [accountId]);
    },
  };
}

/** Adds an identity in a transaction, in place of one whose account is being removed. Throws `identity_taken`. */
export async function addIdentity(statements: Statements, identity: ProviderIdentity): Promise<void> {
  const { id, accountId, issuer, subject, email, createdAt } = identity;
  const hash = hashOf(issuer, subject);
  // A plain read: a DELETE that finds no row locks the gap, in which parallel calls insert.
  const left = `SELECT i.id FROM provider_identities i JOIN accounts a ON a.id = i.account_id
    WHERE i.hash = ? AND a.removed_at IS NOT NULL`;
  for (const row of await statements.select<{ id: string }>(left, [hash]))
    await statements.change("DELETE FROM provider_identities WHERE id = ?", [row.id]);
  const sql = `INSERT INTO provider_identities (${columns}, hash) VALUES (?, ?, ?, ?, ?, ?, ?)`;
  try {
    await statements.change(sql, [id, accountId, issuer, subject, email, createdAt, hash]);
  } catch (cause) {
    if (duplicateKey(cause) !== "provider_identities_hash") throw cause;
    throw new AppError("identity_taken", "identity is linked already", { cause });
  }
}

/** A line break is in no issuer. */
function hashOf(issuer: string, subject: string): string {
  return createHash("sha256").update(`${issuer}\n${subject}`).digest("hex");
}

function identityOf(row: Row): ProviderIdentity {
  return {
    id: row.id,
    accountId: row.account_id,
    issuer: row.issuer,
    subject: row.subject,
    email: row.email,
    createdAt: row.created_at,
  };
}
