import type { Pool } from "mysql2/promise";
import { type Challenge, maxChallenges, maxChallengeTries } from "../../domain/challenge.ts";
import type { Challenges } from "../../ports/challenges.ts";
import { lockAccount } from "./account-usage.ts";
import { spendFactor } from "./factors.ts";
import { change, select, transaction } from "./pool.ts";
import { insertSession, proofsIn, type SessionEnds } from "./sessions.ts";

interface Row {
  id: string;
  account_id: string;
  credential_version: number;
  proofs: string;
  ends_at: Date;
}

const ofKey = "WHERE id = ? AND account_id = ?";

/** A session that a challenge opens may end others. */
export function mysqlChallenges(pool: Pool, ends: SessionEnds = {}): Challenges {
  return {
    async add({ id, accountId, credentialVersion, proofs, endsAt }, at) {
      await transaction(pool, async (statements) => {
        // The lock on the account serializes sign-ins, so that challenges are counted correctly.
        const account = await lockAccount(statements, accountId);
        if (!account || account.removed_at !== null) return;
        const others = `DELETE FROM challenges WHERE account_id = ? AND id NOT IN (SELECT id FROM (
          SELECT id FROM challenges WHERE account_id = ? AND ends_at > ? ORDER BY ends_at DESC, id
          LIMIT ${maxChallenges - 1}) AS kept)`;
        await statements.change(others, [accountId, accountId, at]);
        const sql =
          "INSERT INTO challenges (id, account_id, credential_version, proofs, ends_at) VALUES (?, ?, ?, ?, ?)";
        await statements.change(sql, [id, accountId, credentialVersion, proofs.join(","), endsAt]);
      });
    },

    async get({ id, accountId }, at) {
      const sql = `SELECT id, account_id, credential_version, proofs, ends_at FROM challenges
        ${ofKey} AND ends_at > ? AND tries < ${maxChallengeTries}`;
      const [row] = await select<Row>(pool, sql, [id, accountId, at]);
      return row && challengeOf(row);
    },

    async takeTry({ id, accountId }, at) {
      const sql = `UPDATE challenges SET tries = tries + 1 ${ofKey} AND ends_at > ? AND tries < ${maxChallengeTries}`;
      return (await change(pool, sql, [id, accountId, at])) === 1;
    },

    async redeem({ id, accountId }, spend, session) {
      return transaction(pool, async (statements) => {
        const account = await lockAccount(statements, accountId);
        const sql = `SELECT id FROM challenges ${ofKey} AND ends_at > ? FOR UPDATE`;
        const found = await statements.select(sql, [id, accountId, session.createdAt]);
        if (!account || account.removed_at !== null || found.length === 0) return "over";
        if (!(await spendFactor(statements, accountId, spend))) return "wrong";
        await statements.change(`DELETE FROM challenges ${ofKey}`, [id, accountId]);
        await insertSession(statements, session, ends);
        return "done";
      });
    },

    async removeOfAccount(accountId) {
      return change(pool, "DELETE FROM challenges WHERE account_id = ?", [accountId]);
    },
  };
}

function challengeOf(row: Row): Challenge {
  return {
    id: row.id,
    accountId: row.account_id,
    credentialVersion: row.credential_version,
    proofs: proofsIn(row.proofs),
    endsAt: row.ends_at,
  };
}
