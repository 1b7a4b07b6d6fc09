import { randomBytes, randomUUID } from "node:crypto";
import { aesFactorSecrets } from "../src/adapters/aes/factor-secrets.ts";
import { jwtChallengeTokens } from "../src/adapters/jwt/challenge-tokens.ts";
import type { Accounts } from "../src/ports/accounts.ts";
import type { AuditLog } from "../src/ports/audit-log.ts";
import type { Challenges } from "../src/ports/challenges.ts";
import type { Factors } from "../src/ports/factors.ts";
import type { IdentityProvider } from "../src/ports/identity-provider.ts";
import type { Sessions } from "../src/ports/sessions.ts";
import { factorProof } from "../src/usecases/identity/factor-proof.ts";
import { passwordProof } from "../src/usecases/identity/password-proof.ts";
import { stepUpUseCases } from "../src/usecases/identity/step-up.ts";
import type { Limits } from "../src/ports/limits.ts";
import type { Passkeys } from "../src/ports/passkeys.ts";
import { passkeyProof } from "../src/usecases/identity/passkey-proof.ts";
import { jwtPasskeyChallenges } from "../src/adapters/jwt/passkey-challenges.ts";
import { textCodeUseCases } from "../src/usecases/identity/text-codes.ts";
import type { RateLimiter } from "../src/usecases/rate-limiter.ts";

interface Common {
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly factors: Factors;
  readonly challenges: Challenges;
  readonly passkeys: Passkeys;
  readonly limits: Limits;
  readonly identity: IdentityProvider;
  readonly rateLimiter: RateLimiter;
  readonly auditLog: AuditLog;
  readonly now: () => Date;
}

/** What use cases of sign-in and of accounts need for second factors, over the stores of a test. */
export function factorParts(common: Common) {
  const factorSecrets = aesFactorSecrets({ current: randomBytes(64), former: [] });
  const challengeTokens = jwtChallengeTokens({ current: randomBytes(64), former: [] });
  const provePassword = passwordProof(common);
  const passkeyChallenges = jwtPasskeyChallenges({ current: randomBytes(64), former: [] });
  const ofPasskeys = passkeyProof({ ...common, passkeyChallenges, ceremonies: undefined });
  const textCodes = textCodeUseCases({ ...common, factorSecrets, texts: undefined });
  const proof = factorProof({ ...common, factorSecrets, textCodes, passkeyProof: ofPasskeys });
  const stepUp = stepUpUseCases({ ...common, provePassword, factorProof: proof });
  return {
    ...common,
    factorSecrets,
    challengeTokens,
    provePassword,
    factorProof: proof,
    stepUp,
    newId: randomUUID,
  };
}
