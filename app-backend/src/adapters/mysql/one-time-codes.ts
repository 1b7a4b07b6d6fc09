import type { Pool } from "mysql2/promise";
import type { OneTimeCodes } from "../../ports/one-time-codes.ts";
import { change } from "./pool.ts";

export function mysqlOneTimeCodes(pool: Pool): OneTimeCodes {
  return {
    async replace({ accountId, purpose, hash, expiresAt }) {
      // The previous release counts attempts in this column.
      const sql = `INSERT INTO codes (account_id, purpose, hash, tries, expires_at) VALUES (?, ?, ?, 0, ?)
        ON DUPLICATE KEY UPDATE hash = VALUES(hash), tries = 0, expires_at = VALUES(expires_at)`;
      await change(pool, sql, [accountId, purpose, hash, expiresAt]);
    },

    async remove(accountId, purpose) {
      await change(pool, "DELETE FROM codes WHERE account_id = ? AND purpose = ?", [accountId, purpose]);
    },

    async redeem({ accountId, purpose, hashes }, at) {
      const places = hashes.map(() => "?").join(", ");
      const sql = `DELETE FROM codes WHERE account_id = ? AND purpose = ? AND expires_at > ? AND hash IN (${places})`;
      return (await change(pool, sql, [accountId, purpose, at, ...hashes])) === 1;
    },
  };
}
