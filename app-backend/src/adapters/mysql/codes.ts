import type { Pool } from "mysql2/promise";
import { maxCodeTries } from "../../domain/code.ts";
import type { Codes } from "../../ports/codes.ts";
import { change } from "./pool.ts";

export function mysqlCodes(pool: Pool): Codes {
  return {
    async replace({ accountId, purpose, hash, expiresAt }) {
      const sql = `INSERT INTO codes (account_id, purpose, hash, tries, expires_at) VALUES (?, ?, ?, 0, ?)
        ON DUPLICATE KEY UPDATE hash = VALUES(hash), tries = 0, expires_at = VALUES(expires_at)`;
      await change(pool, sql, [accountId, purpose, hash, expiresAt]);
    },

    async redeem({ accountId, purpose, hashes }, at) {
      // The try is counted before the hash is looked at: tries at the same time cannot be more than there are.
      const count = `UPDATE codes SET tries = tries + 1
        WHERE account_id = ? AND purpose = ? AND tries < ? AND expires_at > ?`;
      const isLive = (await change(pool, count, [accountId, purpose, maxCodeTries, at])) === 1;
      // Asked also for nobody's code, of which no hash is empty: else the time tells which addresses are known.
      const spent = isLive ? hashes : hashes.map(() => "");
      const places = hashes.map(() => "?").join(", ");
      const spend = `DELETE FROM codes WHERE account_id = ? AND purpose = ? AND hash IN (${places})`;
      return (await change(pool, spend, [accountId, purpose, ...spent])) === 1;
    },
  };
}
