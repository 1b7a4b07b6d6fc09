import type { Statements } from "./pool.ts";

/** The hash of an account without a password. */
export const noPassword = "";

/**
 * Whether a locked account has another way in than one of its identities or passkeys: a password, an identity at a provider,
 * or a passkey that opens it alone.
 */
export async function hasOtherWayIn(statements: Statements, accountId: string, id: string): Promise<boolean> {
  const sql = `SELECT id FROM accounts WHERE id = ? AND password_hash <> ?
    UNION ALL SELECT id FROM provider_identities WHERE account_id = ? AND id <> ?
    UNION ALL SELECT id FROM passkeys WHERE account_id = ? AND id <> ? AND user_verified LIMIT 1`;
  const values = [accountId, noPassword, accountId, id, accountId, id];
  return (await statements.select(sql, values)).length > 0;
}
