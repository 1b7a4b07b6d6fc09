import { createSecretKey, hkdfSync } from "node:crypto";
import { AppError } from "../../domain/app-error.ts";
import { type Keyring, mapKeys } from "../../domain/keyring.ts";
import { uploadLifeMs } from "../../domain/upload.ts";
import type { AnnouncedUpload } from "../../ports/object-store.ts";
import type { UploadTokens } from "../../ports/upload-tokens.ts";
import { count, type Kind, read, sign, text, timesOf } from "./signed-claims.ts";

interface Claims extends AnnouncedUpload {
  /** The purpose. */
  readonly sub: string;
}

/** Signs with separate keys, derived (RFC 5869) from the process's secrets. */
export function jwtUploadTokens(secrets: Keyring<Buffer>): UploadTokens {
  const kind: Kind<Claims> = {
    typ: "upload+jwt",
    audience: "tintype-upload",
    keys: mapKeys(secrets, (secret) =>
      createSecretKey(Buffer.from(hkdfSync("sha256", secret, "", "tintype uploads", 32))),
    ),
    lifeMs: uploadLifeMs,
    refusal: "upload_ended",
    claimsOf: ({ sub, key, contentType, bytes }) => ({
      sub: text(sub),
      key: text(key),
      contentType: text(contentType),
      bytes: count(bytes),
    }),
  };

  return {
    sign: ({ key, contentType, bytes }, purpose, at) =>
      sign(kind, { sub: purpose, key, contentType, bytes, ...timesOf(kind, at) }, at),

    read(token, purpose, at) {
      const { sub, key, contentType, bytes } = read(kind, token, at);
      if (sub !== purpose) throw new AppError("upload_ended", "upload was made for another purpose");
      return { key, contentType, bytes };
    },
  };
}
