import { recoveryCodeCount } from "../../domain/recovery-code.ts";
import type { FactorSecrets } from "../../ports/factor-secrets.ts";

/** New recovery codes for an account, and their hashes. */
export function newRecoveryCodes(factorSecrets: FactorSecrets, accountId: string) {
  const codes = Array.from({ length: recoveryCodeCount }, () => factorSecrets.newRecoveryCode());
  return { codes, hashes: codes.map((code) => factorSecrets.hash(code, accountId)) };
}
