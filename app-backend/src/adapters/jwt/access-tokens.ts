import { createSecretKey } from "node:crypto";
import { AppError } from "../../domain/app-error.ts";
import { type Keyring, mapKeys } from "../../domain/keyring.ts";
import type { AccessTokens } from "../../ports/access-tokens.ts";
import type { Tokens } from "../../ports/tokens.ts";
import { accessKind, accessTokenOf } from "./access-kind.ts";
import type { KeySet } from "./key-set.ts";
import { keyPairOf } from "./key-pairs.ts";
import { keyNamedIn, read, readBy } from "./signed-claims.ts";

const kind = accessKind("tintype");

/** Our own, where they are signed. */
export function accessTokensOf(tokens: Pick<Tokens, "readAccess">): AccessTokens {
  return { read: async (text, at) => tokens.readAccess(text, at), ready: async () => undefined };
}

/** Our own by the secrets, with which tokens can be signed too. */
export function accessTokensBySecrets(secrets: Keyring<Buffer>): AccessTokens {
  const keys = mapKeys(secrets, (secret) => createSecretKey(secret));
  const ring = mapKeys(secrets, keyPairOf);
  const known = { ...kind, keys, pairs: { ring, sign: false } };
  return { read: async (text, at) => accessTokenOf(read(known, text, at)), ready: async () => undefined };
}

/** Our own by the public keys: those of ES256. */
export function accessTokensByKeySet(keySet: KeySet): AccessTokens {
  async function keyOf(text: string) {
    const { alg, kid } = named(text);
    if (alg !== "ES256" || typeof kid !== "string")
      throw new AppError("not_signed_in", "token names no key of ES256");
    return keySet.get(kid);
  }

  return {
    async read(text, at) {
      const key = await keyOf(text);
      return accessTokenOf(readBy(() => (key ? [{ key, algorithm: "ES256" }] : []), kind, text, at));
    },
    ready: keySet.ready,
  };
}

function named(text: string): { readonly alg?: unknown; readonly kid?: unknown } {
  try {
    return keyNamedIn(text) ?? {};
  } catch {
    return {};
  }
}
