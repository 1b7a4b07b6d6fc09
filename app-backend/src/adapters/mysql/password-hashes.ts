import type { Pool } from "mysql2/promise";
import type { PasswordHashes } from "../../ports/password-hashes.ts";
import { spendFactor } from "./factors.ts";
import { change, select, transaction } from "./pool.ts";
import { noPassword } from "./ways-in.ts";

/** Hashes lie in the rows of their accounts: a new one and the version that it raises are one write. */
export function mysqlPasswordHashes(pool: Pool): PasswordHashes {
  return {
    async get(accountId) {
      const sql = "SELECT password_hash FROM accounts WHERE id = ?";
      const [row] = await select<{ password_hash: string }>(pool, sql, [accountId]);
      return row?.password_hash || undefined;
    },

    async replace(accountId, { to, from, spend }) {
      return transaction(pool, async (statements) => {
        const lock = "SELECT credential_version AS version FROM accounts WHERE id = ? FOR UPDATE";
        const [row] = await statements.select<{ version: number }>(lock, [accountId]);
        if (!row || (from !== undefined && row.version !== from)) return undefined;
        if (spend && !(await spendFactor(statements, accountId, spend))) return undefined;
        const version = row.version + 1;
        const sql = "UPDATE accounts SET password_hash = ?, credential_version = ? WHERE id = ?";
        await statements.change(sql, [to, version, accountId]);
        return version;
      });
    },

    async remove(accountId) {
      await change(pool, "UPDATE accounts SET password_hash = ? WHERE id = ?", [noPassword, accountId]);
    },
  };
}
