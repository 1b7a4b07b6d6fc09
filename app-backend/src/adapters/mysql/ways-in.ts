import { isAnyOpen, type WaysIn } from "../../domain/ways-in.ts";
import type { Statements } from "./pool.ts";

/** The hash of an account without a password. */
export const noPassword = "";

/** Whether a locked account has a password, or an identity at any provider. */
export async function isOpenWithoutPasskeys(statements: Statements, accountId: string): Promise<boolean> {
  const sql = `SELECT id FROM accounts WHERE id = ? AND password_hash <> ?
    UNION ALL SELECT id FROM provider_identities WHERE account_id = ? LIMIT 1`;
  return (await statements.select(sql, [accountId, noPassword, accountId])).length > 0;
}

/** Whether a locked account has another way in than one of its identities or passkeys. */
export async function hasOtherWayIn(
  statements: Statements,
  accountId: string,
  id: string,
  ways: WaysIn,
): Promise<boolean> {
  const password = "SELECT id FROM accounts WHERE id = ? AND password_hash <> ?";
  if ((await statements.select(password, [accountId, noPassword])).length > 0) return true;
  const ofIdentities = "SELECT issuer FROM provider_identities WHERE account_id = ? AND id <> ?";
  const identities = await statements.select<{ issuer: string }>(ofIdentities, [accountId, id]);
  const ofPasskeys =
    "SELECT rp_id AS rpId, user_verified = 1 AS userVerified FROM passkeys WHERE account_id = ? AND id <> ?";
  const passkeys = await statements.select<{ rpId: string; userVerified: number }>(ofPasskeys, [
    accountId,
    id,
  ]);
  const verified = passkeys.map(({ rpId, userVerified }) => ({ rpId, userVerified: userVerified === 1 }));
  return isAnyOpen(ways, identities, verified);
}
