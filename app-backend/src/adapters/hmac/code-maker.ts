import { createHmac, hkdfSync, randomInt } from "node:crypto";
import { codeDigits } from "../../domain/code.ts";
import type { CodeMaker } from "../../ports/code-maker.ts";

/** Codes keyed with a secret of their own, derived (RFC 5869) from one that the process has. */
export function hmacCodeMaker(secret: Buffer): CodeMaker {
  const key = Buffer.from(hkdfSync("sha256", secret, "", "tintype codes", 32));
  return {
    newCode: () => String(randomInt(10 ** codeDigits)).padStart(codeDigits, "0"),
    hash: (text, { accountId, purpose }) =>
      createHmac("sha256", key).update(`${purpose}:${accountId}:${text}`).digest("hex"),
  };
}
