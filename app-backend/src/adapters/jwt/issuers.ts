import { AppError } from "../../domain/app-error.ts";
import type { AccessTokens } from "../../ports/access-tokens.ts";

/** Tokens of several issuers, each read by its issuer's reader: a key is looked up among those of its issuer alone. */
export function accessTokensOfIssuers(readers: ReadonlyMap<string, AccessTokens>): AccessTokens {
  return {
    async read(text, at) {
      const reader = readers.get(issuerOf(text));
      if (!reader) throw new AppError("not_signed_in", "token of no known issuer");
      return reader.read(text, at);
    },
    async ready(at) {
      await Promise.all([...readers.values()].map((reader) => reader.ready(at)));
    },
  };
}

/** What the token says; its signature has not been verified yet. */
function issuerOf(text: string): string {
  try {
    const payload = JSON.parse(Buffer.from(text.split(".")[1] ?? "", "base64url").toString());
    return typeof payload.iss === "string" ? payload.iss : "";
  } catch {
    return "";
  }
}
