import { createHash } from "node:crypto";
import type { Pool } from "mysql2/promise";
import { AppError } from "../../domain/app-error.ts";
import { maxPasskeys, type Passkey, type PasskeyUse } from "../../domain/passkey.ts";
import type { Passkeys } from "../../ports/passkeys.ts";
import { lockAccount, lockLiveAccount } from "./account-usage.ts";
import { duplicateKey } from "./database-error.ts";
import { addEvent, hasFactorOrPasskey, removeCodesOfNoFactor, replaceCodes } from "./factors.ts";
import { change, select, type Statements, transaction } from "./pool.ts";
import { endOthers } from "./sessions.ts";
import { hasOtherWayIn } from "./ways-in.ts";

interface Row {
  id: string;
  account_id: string;
  rp_id: string;
  credential_id: string;
  public_key: string;
  counter: number;
  transports: string;
  backup_eligible: number;
  backed_up: number;
  user_verified: number;
  asked: number;
  name: string;
  created_at: Date;
  last_used_at: Date | null;
}

const columns = `id, account_id, rp_id, credential_id, public_key, counter, transports, backup_eligible, backed_up,
  user_verified, asked, name, created_at, last_used_at`;

export function mysqlPasskeys(pool: Pool): Passkeys {
  return {
    async listOfAccount(accountId) {
      const sql = `SELECT ${columns} FROM passkeys WHERE account_id = ? ORDER BY created_at, id`;
      return (await select<Row>(pool, sql, [accountId])).map(passkeyOf);
    },

    async add(passkey, recoveryHashes, event, kept) {
      const { accountId } = passkey;
      return transaction(pool, async (statements) => {
        await lockLiveAccount(statements, accountId);
        const all = "SELECT id FROM passkeys WHERE account_id = ?";
        if ((await statements.select(all, [accountId])).length >= maxPasskeys)
          throw new AppError("quota_exceeded", `account has ${maxPasskeys} passkeys`);
        const isFirst = !(await hasFactorOrPasskey(statements, accountId));
        await insert(statements, passkey);
        if (isFirst) await replaceCodes(statements, accountId, recoveryHashes);
        await addEvent(statements, accountId, event);
        if (kept) await endOthers(statements, { ...kept, accountId }, kept.proven);
        return isFirst;
      });
    },

    async rename({ accountId, id }, name) {
      const sql = "UPDATE passkeys SET name = ? WHERE id = ? AND account_id = ?";
      return (await change(pool, sql, [name, id, accountId])) === 1;
    },

    async remove({ accountId, id }, event, ways) {
      return transaction(pool, async (statements) => {
        await lockAccount(statements, accountId);
        const own = "SELECT id FROM passkeys WHERE id = ? AND account_id = ?";
        if ((await statements.select(own, [id, accountId])).length === 0) return "missing";
        if (!(await hasOtherWayIn(statements, accountId, id, ways))) return "last";
        await statements.change("DELETE FROM passkeys WHERE id = ?", [id]);
        await removeCodesOfNoFactor(statements, accountId);
        await addEvent(statements, accountId, event);
        return "removed";
      });
    },

    use: (use) => usePasskey({ change: (sql, values) => change(pool, sql, values) }, use),

    async noteCopy(accountId, event) {
      await transaction(pool, async (statements) => {
        if (await lockAccount(statements, accountId)) await addEvent(statements, accountId, event);
      });
    },

    async removeOfAccount(accountId) {
      await change(pool, "DELETE FROM passkeys WHERE account_id = ?", [accountId]);
    },
  };
}

/** One conditional statement: of parallel uses of one counter one changes the row. */
export async function usePasskey(
  statements: Pick<Statements, "change">,
  { id, accountId, counter, backedUp, at }: PasskeyUse,
): Promise<boolean> {
  const sql = `UPDATE passkeys SET counter = ?, backed_up = ?, last_used_at = ?
    WHERE id = ? AND account_id = ? AND (counter < ? OR (counter = 0 AND ? = 0))`;
  return (await statements.change(sql, [counter, backedUp, at, id, accountId, counter, counter])) === 1;
}

async function insert(statements: Statements, passkey: Passkey): Promise<void> {
  const { id, accountId, rpId, credentialId, publicKey, counter, transports } = passkey;
  const { backupEligible, backedUp, userVerified, asked, name, createdAt, lastUsedAt } = passkey;
  const sql = `INSERT INTO passkeys (${columns}, credential_hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
  const credential = [credentialId, publicKey, counter, transports.join(",")];
  const flags = [backupEligible, backedUp, userVerified, asked];
  const hash = createHash("sha256").update(credentialId).digest("hex");
  try {
    const values = [id, accountId, rpId, ...credential, ...flags, name, createdAt, lastUsedAt, hash];
    await statements.change(sql, values);
  } catch (cause) {
    if (duplicateKey(cause) !== "passkeys_credential") throw cause;
    throw new AppError("passkey_taken", "credential is registered already", { cause });
  }
}

function passkeyOf(row: Row): Passkey {
  return {
    id: row.id,
    accountId: row.account_id,
    rpId: row.rp_id,
    credentialId: row.credential_id,
    publicKey: row.public_key,
    counter: Number(row.counter),
    transports: row.transports.split(",").filter((transport) => transport !== ""),
    backupEligible: row.backup_eligible === 1,
    backedUp: row.backed_up === 1,
    userVerified: row.user_verified === 1,
    asked: row.asked === 1,
    name: row.name,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
  };
}
