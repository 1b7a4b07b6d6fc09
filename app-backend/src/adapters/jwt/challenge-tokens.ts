import { createSecretKey, hkdfSync } from "node:crypto";
import { challengeLifeMs } from "../../domain/challenge.ts";
import { type Keyring, mapKeys } from "../../domain/keyring.ts";
import type { ChallengeTokens } from "../../ports/challenge-tokens.ts";
import { count, type Kind, read, sign, text, timesOf } from "./signed-claims.ts";

interface Claims {
  readonly sub: string;
  readonly jti: string;
  /** The account's credential version. */
  readonly ver: number;
}

/** Signs with separate keys, derived (RFC 5869) from the process's secrets. */
export function jwtChallengeTokens(secrets: Keyring<Buffer>): ChallengeTokens {
  const kind: Kind<Claims> = {
    typ: "mfa+jwt",
    audience: "tintype-mfa",
    keys: mapKeys(secrets, (secret) =>
      createSecretKey(Buffer.from(hkdfSync("sha256", secret, "", "tintype challenges", 32))),
    ),
    lifeMs: challengeLifeMs,
    refusal: "challenge_over",
    claimsOf: ({ sub, jti, ver }) => ({ sub: text(sub), jti: text(jti), ver: count(ver) }),
  };

  return {
    sign: ({ id, accountId, credentialVersion }, at) =>
      sign(kind, { sub: accountId, jti: id, ver: credentialVersion, ...timesOf(kind, at) }, at),

    read(token, at) {
      const { sub: accountId, jti: id, ver: credentialVersion } = read(kind, token, at);
      return { accountId, id, credentialVersion };
    },
  };
}
