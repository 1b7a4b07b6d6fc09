import type { Pool } from "mysql2/promise";
import { AppError } from "../../domain/app-error.ts";
import {
  type FactorEvent,
  type FactorEventName,
  hasFactor,
  maxFactorEvents,
  noFactors,
  type Spend,
  type StoredFactors,
} from "../../domain/factor.ts";
import { maxAccountsOfNumber } from "../../domain/text-message.ts";
import type { Factors } from "../../ports/factors.ts";
import { lockAccount, lockLiveAccount } from "./account-usage.ts";
import { change, select, type Statements, transaction } from "./pool.ts";
import { usePasskey } from "./passkeys.ts";
import { endOthers, proofOf } from "./sessions.ts";
import { isOpenWithoutPasskeys } from "./ways-in.ts";

interface Row {
  totp_id: string | null;
  secret: string;
  last_step: number;
  enrolled_at: Date;
  last_used_at: Date;
  enrolment_id: string | null;
  enrolment_secret: string;
  replaced: string | null;
  ends_at: Date;
  phone_id: string | null;
  phone_number: string;
  phone_ending: string;
  phone_enrolled_at: Date;
  phone_last_used_at: Date;
  phone_enrolment_id: string | null;
  enrolled_number: string;
  enrolled_hash: string;
  enrolled_ending: string;
  phone_ends_at: Date;
  codes: number;
  unseen: number;
  passkeys: number;
  verified: number;
  asked: number;
}

interface EventRow {
  at: Date;
  what: FactorEventName;
  device: string;
}

const codesWhere = "(SELECT COUNT(*) FROM recovery_codes r WHERE r.account_id = a.id";
const passkeysWhere = "(SELECT COUNT(*) FROM passkeys k WHERE k.account_id = a.id";

/** Each sign-in asks for them, so it is one statement. */
const factorsOfAccount = `SELECT t.id AS totp_id, t.secret, t.last_step, t.enrolled_at, t.last_used_at,
  e.id AS enrolment_id, e.secret AS enrolment_secret, e.replaced, e.ends_at,
  p.id AS phone_id, p.number AS phone_number, p.ending AS phone_ending, p.enrolled_at AS phone_enrolled_at,
  p.last_used_at AS phone_last_used_at, n.id AS phone_enrolment_id, n.number AS enrolled_number,
  n.number_hash AS enrolled_hash, n.ending AS enrolled_ending, n.ends_at AS phone_ends_at,
  ${codesWhere}) AS codes, ${codesWhere} AND NOT r.seen) AS unseen,
  ${passkeysWhere}) AS passkeys, ${passkeysWhere} AND k.user_verified) AS verified, ${passkeysWhere} AND k.asked) AS asked
  FROM accounts a LEFT JOIN totp_secrets t ON t.account_id = a.id LEFT JOIN totp_enrolments e ON e.account_id = a.id
  LEFT JOIN phones p ON p.account_id = a.id LEFT JOIN phone_enrolments n ON n.account_id = a.id
  WHERE a.id = ? AND a.removed_at IS NULL`;

const secretTables = [
  ...["totp_secrets", "totp_enrolments", "phones", "phone_enrolments", "text_codes", "recovery_codes"],
];

export function mysqlFactors(pool: Pool): Factors {
  return {
    async get(accountId) {
      const [row] = await select<Row>(pool, factorsOfAccount, [accountId]);
      return row ? factorsIn(row) : noFactors;
    },

    async listEvents(accountId) {
      const sql = `SELECT at, what, device FROM factor_events WHERE account_id = ?
        ORDER BY at DESC, what LIMIT ${maxFactorEvents}`;
      return (await select<EventRow>(pool, sql, [accountId])).map(({ at, what, device }) => ({
        at,
        what,
        device,
      }));
    },

    async enrol(accountId, { id, secret, endsAt }) {
      await transaction(pool, async (statements) => {
        await lockLiveAccount(statements, accountId);
        // Assignments are evaluated from left to right: the first uses the former secret.
        const sql = `INSERT INTO totp_enrolments (account_id, id, secret, replaced, ends_at) VALUES (?, ?, ?, NULL, ?)
          ON DUPLICATE KEY UPDATE replaced = secret, id = VALUES(id), secret = VALUES(secret), ends_at = VALUES(ends_at)`;
        await statements.change(sql, [accountId, id, secret, endsAt]);
      });
    },

    async confirm(holder, { enrolmentId, step, recoveryHashes, event, proven }) {
      const { accountId } = holder;
      return transaction(pool, async (statements) => {
        await lockAccount(statements, accountId);
        const sql = "SELECT secret FROM totp_enrolments WHERE account_id = ? AND id = ?";
        const [row] = await statements.select<{ secret: string }>(sql, [accountId, enrolmentId]);
        if (!row) return false;
        await statements.change("DELETE FROM totp_enrolments WHERE account_id = ?", [accountId]);
        await statements.change("DELETE FROM totp_secrets WHERE account_id = ?", [accountId]);
        const insert =
          "INSERT INTO totp_secrets (account_id, id, secret, last_step, enrolled_at, last_used_at) VALUES (?, ?, ?, ?, ?, ?)";
        const values = [accountId, enrolmentId, row.secret, step, event.at, event.at];
        await statements.change(insert, values);
        await replaceCodes(statements, accountId, recoveryHashes);
        await addEvent(statements, accountId, event);
        await endOthers(statements, holder, proven);
        return true;
      });
    },

    async enrolPhone(accountId, { id, number, numberHash, ending, endsAt }) {
      await transaction(pool, async (statements) => {
        await lockLiveAccount(statements, accountId);
        const sql =
          "REPLACE INTO phone_enrolments (account_id, id, number, number_hash, ending, ends_at) VALUES (?, ?, ?, ?, ?, ?)";
        await statements.change(sql, [accountId, id, number, numberHash, ending, endsAt]);
      });
    },

    async addTextCode(accountId, { boundTo, hash, endsAt }) {
      await transaction(pool, async (statements) => {
        if (!(await lockAccount(statements, accountId))) return;
        const sql = "REPLACE INTO text_codes (account_id, bound_to, hash, ends_at) VALUES (?, ?, ?, ?)";
        await statements.change(sql, [accountId, boundTo, hash, endsAt]);
      });
    },

    async confirmPhone(holder, { enrolmentId, hashes, recoveryHashes, event, proven }) {
      const { accountId } = holder;
      return transaction(pool, async (statements) => {
        await lockLiveAccount(statements, accountId);
        const sql =
          "SELECT number, number_hash, ending FROM phone_enrolments WHERE account_id = ? AND id = ?";
        const [row] = await statements.select<NumberRow>(sql, [accountId, enrolmentId]);
        if (!row) return "replaced";
        if (!(await spendTextCode(statements, accountId, enrolmentId, hashes, event.at))) return "wrong";
        const isFirst = !(await hasFactorOrPasskey(statements, accountId));
        for (const table of ["phones", "phone_enrolments", "text_codes"])
          await statements.change(`DELETE FROM ${table} WHERE account_id = ?`, [accountId]);
        await insertPhone(statements, accountId, enrolmentId, row, event.at);
        if (isFirst) await replaceCodes(statements, accountId, recoveryHashes);
        await addEvent(statements, accountId, event);
        await endOthers(statements, holder, proven);
        return isFirst ? "first" : "further";
      });
    },

    async removePhone(accountId, event) {
      return transaction(pool, async (statements) => {
        await lockAccount(statements, accountId);
        if ((await statements.change("DELETE FROM phones WHERE account_id = ?", [accountId])) === 0)
          return false;
        for (const table of ["phone_enrolments", "text_codes"])
          await statements.change(`DELETE FROM ${table} WHERE account_id = ?`, [accountId]);
        await removeCodesOfNoFactor(statements, accountId);
        await addEvent(statements, accountId, event);
        return true;
      });
    },

    async prove(holder, spend, proven) {
      return transaction(pool, async (statements) => {
        await lockAccount(statements, holder.accountId);
        const session = "SELECT id FROM sessions WHERE id = ? AND account_id = ?";
        const found = await statements.select(session, [holder.sessionId, holder.accountId]);
        if (found.length === 0) return false;
        if (!(await spendFactor(statements, holder.accountId, spend))) return false;
        await statements.change(...proofOf(holder, proven));
        return true;
      });
    },

    async removeTotp(accountId, event) {
      return transaction(pool, async (statements) => {
        await lockAccount(statements, accountId);
        const sql = "DELETE FROM totp_secrets WHERE account_id = ?";
        if ((await statements.change(sql, [accountId])) === 0) return false;
        await statements.change("DELETE FROM totp_enrolments WHERE account_id = ?", [accountId]);
        await removeCodesOfNoFactor(statements, accountId);
        await addEvent(statements, accountId, event);
        return true;
      });
    },

    async reset(accountId, event) {
      return transaction(pool, async (statements) => {
        await lockAccount(statements, accountId);
        const [row] = await statements.select<Row>(factorsOfAccount, [accountId]);
        const before = row ? factorsIn(row) : noFactors;
        for (const table of secretTables)
          await statements.change(`DELETE FROM ${table} WHERE account_id = ?`, [accountId]);
        const isOpen = await isOpenWithoutPasskeys(statements, accountId);
        const removed = "DELETE FROM passkeys WHERE account_id = ? AND (NOT user_verified OR ?)";
        const passkeys = await statements.change(removed, [accountId, isOpen]);
        await statements.change("UPDATE passkeys SET asked = FALSE WHERE account_id = ?", [accountId]);
        if (hasFactor(before) || passkeys > 0) {
          const raise = "UPDATE accounts SET credential_version = credential_version + 1 WHERE id = ?";
          await statements.change(raise, [accountId]);
          await addEvent(statements, accountId, event);
        }
        return { before, keptPasskeys: before.passkeys.count - passkeys };
      });
    },

    async replaceRecoveryCodes(accountId, hashes, event) {
      return transaction(pool, async (statements) => {
        await lockAccount(statements, accountId);
        if (!(await hasFactorOrPasskey(statements, accountId))) return false;
        await replaceCodes(statements, accountId, hashes);
        await addEvent(statements, accountId, event);
        return true;
      });
    },

    async noteSeen(accountId) {
      await change(pool, "UPDATE recovery_codes SET seen = TRUE WHERE account_id = ?", [accountId]);
    },

    async removeOfAccount(accountId) {
      for (const table of [...secretTables, "factor_events"])
        await change(pool, `DELETE FROM ${table} WHERE account_id = ?`, [accountId]);
    },
  };
}

/** Spends a factor of a locked account; false, and changes nothing, if it is spent or unknown. */
export async function spendFactor(statements: Statements, accountId: string, spend: Spend): Promise<boolean> {
  if (spend.factor === "totp") {
    const { id, step, at } = spend;
    const sql =
      "UPDATE totp_secrets SET last_step = ?, last_used_at = ? WHERE account_id = ? AND id = ? AND last_step < ?";
    return (await statements.change(sql, [step, at, accountId, id, step])) === 1;
  }
  if (spend.factor === "passkey") return usePasskey(statements, { ...spend, accountId });
  if (spend.factor === "sms") {
    const { id, boundTo, hashes, at } = spend;
    const sql = "SELECT id FROM phones WHERE account_id = ? AND id = ?";
    if ((await statements.select(sql, [accountId, id])).length === 0) return false;
    if (!(await spendTextCode(statements, accountId, boundTo, hashes, at))) return false;
    await statements.change("UPDATE phones SET last_used_at = ? WHERE account_id = ?", [at, accountId]);
    return true;
  }
  const sql = `DELETE FROM recovery_codes WHERE account_id = ? AND hash IN (${placesOf(spend.hashes)})`;
  if ((await statements.change(sql, [accountId, ...spend.hashes])) !== 1) return false;
  await addEvent(statements, accountId, spend.event);
  return true;
}

/** Spends a code that was sent; false if it is another one, has expired or is spent. */
async function spendTextCode(
  statements: Statements,
  accountId: string,
  boundTo: string,
  hashes: readonly string[],
  at: Date,
): Promise<boolean> {
  const sql = `DELETE FROM text_codes
    WHERE account_id = ? AND bound_to = ? AND ends_at > ? AND hash IN (${placesOf(hashes)})`;
  return (await statements.change(sql, [accountId, boundTo, at, ...hashes])) === 1;
}

interface NumberRow {
  number: string;
  number_hash: string;
  ending: string;
}

/** Takes the first slot of the number that is free: two transactions cannot have the same one. */
async function insertPhone(
  statements: Statements,
  accountId: string,
  id: string,
  { number, number_hash, ending }: NumberRow,
  at: Date,
): Promise<void> {
  const columns = "account_id, id, number, number_hash, slot, ending, enrolled_at, last_used_at";
  const sql = `INSERT IGNORE INTO phones (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`;
  for (let slot = 1; slot <= maxAccountsOfNumber; slot += 1) {
    const values = [accountId, id, number, number_hash, slot, ending, at, at];
    if ((await statements.change(sql, values)) === 1) return;
  }
  throw new AppError("number_taken", `${maxAccountsOfNumber} accounts use the number`);
}

const placesOf = (values: readonly string[]): string => values.map(() => "?").join(", ");

/** Whether a locked account has a factor of any kind, so that it has recovery codes too. */
export async function hasFactorOrPasskey(statements: Statements, accountId: string): Promise<boolean> {
  const sql = `SELECT id FROM totp_secrets WHERE account_id = ?
    UNION ALL SELECT id FROM phones WHERE account_id = ?
    UNION ALL SELECT id FROM passkeys WHERE account_id = ? LIMIT 1`;
  return (await statements.select(sql, [accountId, accountId, accountId])).length > 0;
}

/** Removes the recovery codes of a locked account whose last factor was removed. */
export async function removeCodesOfNoFactor(statements: Statements, accountId: string): Promise<void> {
  if (await hasFactorOrPasskey(statements, accountId)) return;
  await statements.change("DELETE FROM recovery_codes WHERE account_id = ?", [accountId]);
}

export async function replaceCodes(
  statements: Statements,
  accountId: string,
  hashes: readonly string[],
): Promise<void> {
  await statements.change("DELETE FROM recovery_codes WHERE account_id = ?", [accountId]);
  const rows = hashes.map(() => "(?, ?)").join(", ");
  const values = hashes.flatMap((hash) => [accountId, hash]);
  await statements.change(`INSERT INTO recovery_codes (account_id, hash) VALUES ${rows}`, values);
}

export async function addEvent(
  statements: Statements,
  accountId: string,
  { at, what, device }: FactorEvent,
): Promise<void> {
  const sql = `INSERT INTO factor_events (account_id, at, what, device) VALUES (?, ?, ?, ?)
    ON DUPLICATE KEY UPDATE device = VALUES(device)`;
  await statements.change(sql, [accountId, at, what, device]);
  const others = `DELETE FROM factor_events WHERE account_id = ? AND (at, what) NOT IN (SELECT at, what FROM (
    SELECT at, what FROM factor_events WHERE account_id = ? ORDER BY at DESC, what LIMIT ${maxFactorEvents}) AS kept)`;
  await statements.change(others, [accountId, accountId]);
}

function factorsIn(row: Row): StoredFactors {
  const { totp_id, enrolment_id, phone_id, phone_enrolment_id, codes, unseen } = row;
  const [count, verified, asked] = [row.passkeys, row.verified, row.asked].map(Number) as [
    number,
    number,
    number,
  ];
  const hasCodes = totp_id !== null || phone_id !== null || count > 0;
  return {
    totp:
      totp_id === null
        ? undefined
        : {
            id: totp_id,
            secret: row.secret,
            lastStep: Number(row.last_step),
            enrolledAt: row.enrolled_at,
            lastUsedAt: row.last_used_at,
          },
    enrolment:
      enrolment_id === null
        ? undefined
        : { id: enrolment_id, secret: row.enrolment_secret, replaced: row.replaced, endsAt: row.ends_at },
    phone:
      phone_id === null
        ? undefined
        : {
            id: phone_id,
            number: row.phone_number,
            ending: row.phone_ending,
            enrolledAt: row.phone_enrolled_at,
            lastUsedAt: row.phone_last_used_at,
          },
    phoneEnrolment:
      phone_enrolment_id === null
        ? undefined
        : {
            id: phone_enrolment_id,
            number: row.enrolled_number,
            numberHash: row.enrolled_hash,
            ending: row.enrolled_ending,
            endsAt: row.phone_ends_at,
          },
    recoveryCodes: hasCodes ? { left: Number(codes), seen: Number(unseen) === 0 } : undefined,
    passkeys: { count, verified, asked },
  };
}
