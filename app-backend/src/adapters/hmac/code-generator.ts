import { createHmac, hkdfSync, randomInt } from "node:crypto";
import { codeDigits, codeLifeMs } from "../../domain/code.ts";
import { type Keyring, keysInForce, mapKeys, signingKey } from "../../domain/keyring.ts";
import type { CodeGenerator, CodeOwner } from "../../ports/code-generator.ts";

/** Hashes codes with separate keys, derived (RFC 5869) from the process's secrets. */
export function hmacCodeGenerator(secrets: Keyring<Buffer>): CodeGenerator {
  const keys = mapKeys(secrets, (secret) => Buffer.from(hkdfSync("sha256", secret, "", "tintype codes", 32)));
  return {
    newCode: () => String(randomInt(10 ** codeDigits)).padStart(codeDigits, "0"),
    hash: (text, owner, at) => hash(signingKey(keys, at), text, owner),
    hashes: (text, owner, at) => keysInForce(keys, at, codeLifeMs).map((key) => hash(key, text, owner)),
  };
}

function hash(key: Buffer, text: string, { accountId, purpose }: CodeOwner): string {
  return createHmac("sha256", key).update(`${purpose}:${accountId}:${text}`).digest("hex");
}
