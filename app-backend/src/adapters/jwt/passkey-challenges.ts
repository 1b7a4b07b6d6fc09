import { createSecretKey, hkdfSync } from "node:crypto";
import { type Keyring, mapKeys } from "../../domain/keyring.ts";
import { passkeyLifeMs, type PasskeyPurpose } from "../../domain/passkey.ts";
import type { PasskeyChallenges } from "../../ports/passkey-challenges.ts";
import { type Kind, read, sign, text, timesOf } from "./signed-claims.ts";

interface Claims {
  readonly challenge: string;
  readonly purpose: string;
  /** Empty for a sign-in. */
  readonly sub: string;
  readonly of: string;
}

/** Signs with separate keys, derived (RFC 5869) from the process's secrets. */
export function jwtPasskeyChallenges(secrets: Keyring<Buffer>): PasskeyChallenges {
  const kind: Kind<Claims> = {
    typ: "passkey+jwt",
    audience: "tintype-passkey",
    keys: mapKeys(secrets, (secret) =>
      createSecretKey(Buffer.from(hkdfSync("sha256", secret, "", "tintype passkey challenges", 32))),
    ),
    lifeMs: passkeyLifeMs,
    refusal: "passkey_ended",
    claimsOf: ({ challenge, purpose, sub, of }) => ({
      challenge: text(challenge),
      purpose: text(purpose),
      sub: text(sub),
      of: text(of),
    }),
  };

  return {
    sign({ challenge, purpose }, at) {
      const bound =
        purpose.kind === "sign-in" ? { sub: "", of: "" } : { sub: purpose.accountId, of: purpose.of };
      return sign(kind, { challenge, purpose: nameOf(purpose), ...bound, ...timesOf(kind, at) }, at);
    },

    read(token, at) {
      const { challenge, purpose, sub, of } = read(kind, token, at);
      return { challenge, purpose: purposeOf(purpose, sub, of) };
    },
  };
}

/** The one choice of a registration is part of the name of its purpose. */
function nameOf(purpose: PasskeyPurpose): string {
  return purpose.kind === "register" && purpose.asked ? "register-asked" : purpose.kind;
}

function purposeOf(name: string, accountId: string, of: string): PasskeyPurpose {
  if (name === "sign-in") return { kind: name };
  if (name === "second-step" || name === "step-up") return { kind: name, accountId, of };
  return { kind: "register", accountId, of, asked: name === "register-asked" };
}
