import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  hkdfSync,
  randomBytes,
  randomInt,
  timingSafeEqual,
} from "node:crypto";
import { AppError } from "../../domain/app-error.ts";
import { recoveryAlphabet, recoveryCodeLength } from "../../domain/recovery-code.ts";
import type { SecretRing } from "../../domain/secret-ring.ts";
import { textCodeDigits } from "../../domain/text-message.ts";
import { recognizedSteps, stepAt, totpDigits } from "../../domain/totp.ts";
import type { FactorSecrets } from "../../ports/factor-secrets.ts";

const cipher = "aes-256-gcm";
const ivBytes = 12; // NIST SP 800-38D section 8.2.2
const tagBytes = 16;
const secretBytes = 20; // the size of SHA-1: RFC 4226 section 4

interface Keys {
  /** Stands in each record that the key has sealed. */
  readonly id: string;
  readonly sealing: Buffer;
  readonly hashing: Buffer;
}

/** AES-256-GCM and HMAC-SHA-256 with separate keys, derived (RFC 5869) from the secrets of factors. */
export function aesFactorSecrets({ current, former }: SecretRing): FactorSecrets {
  const newest = keysOf(current);
  const all = [newest, ...former.map(keysOf)];

  function seal(secret: Buffer, accountId: string): string {
    const iv = randomBytes(ivBytes);
    const sealing = createCipheriv(cipher, newest.sealing, iv, { authTagLength: tagBytes });
    // Bound to the account: a secret that is copied into another record opens nothing.
    sealing.setAAD(Buffer.from(accountId));
    const sealed = Buffer.concat([iv, sealing.update(secret), sealing.final(), sealing.getAuthTag()]);
    return `${newest.id}.${sealed.toString("base64url")}`;
  }

  function unseal(text: string, accountId: string): Buffer {
    const [id, sealed = ""] = text.split(".");
    const keys = all.find((each) => each.id === id);
    if (!keys) throw new AppError("unavailable", `key ${id} of the secrets of factors is missing`);
    const bytes = Buffer.from(sealed, "base64url");
    const iv = bytes.subarray(0, ivBytes);
    const opening = createDecipheriv(cipher, keys.sealing, iv, { authTagLength: tagBytes });
    opening.setAAD(Buffer.from(accountId));
    opening.setAuthTag(bytes.subarray(-tagBytes));
    return Buffer.concat([opening.update(bytes.subarray(ivBytes, -tagBytes)), opening.final()]);
  }

  return {
    newTotp(accountId) {
      const secret = randomBytes(secretBytes);
      return { secret: base32(secret), sealed: seal(secret, accountId) };
    },

    stepsOf(sealed, accountId, code, at) {
      const secret = unseal(sealed, accountId);
      const now = stepAt(at);
      const near = Array.from(
        { length: 2 * recognizedSteps + 1 },
        (_, index) => now - recognizedSteps + index,
      );
      return near.filter((step) => isEqual(totp(secret, step), code));
    },

    seal: (text, accountId) => seal(Buffer.from(text), accountId),
    open: (sealed, accountId) => unseal(sealed, accountId).toString(),

    newTextCode: () => String(randomInt(10 ** textCodeDigits)).padStart(textCodeDigits, "0"),
    newRecoveryCode: () =>
      [...randomBytes(recoveryCodeLength)]
        .map((byte) => recoveryAlphabet[byte % recoveryAlphabet.length]) // 32 divides 256: all are as likely
        .join(""),

    hash: (code, accountId) => hash(newest, code, accountId),
    hashes: (code, accountId) => all.map((keys) => hash(keys, code, accountId)),
  };
}

/** The code of a time step: RFC 6238 over RFC 4226, with SHA-1. */
export function totp(secret: Buffer, step: number, digits = totpDigits): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac("sha1", secret).update(counter).digest();
  const truncated = mac.readUInt32BE(mac.at(-1)! & 0xf) & 0x7fffffff;
  return String(truncated % 10 ** digits).padStart(digits, "0");
}

function keysOf(secret: Buffer): Keys {
  const derived = (purpose: string, bytes: number) =>
    Buffer.from(hkdfSync("sha256", secret, "", `tintype factors ${purpose}`, bytes));
  return {
    id: derived("id", 4).toString("hex"),
    sealing: derived("secrets", 32),
    hashing: derived("recovery codes", 32),
  };
}

function hash({ hashing }: Keys, code: string, accountId: string): string {
  return createHmac("sha256", hashing).update(`${accountId}:${code}`).digest("hex");
}

function isEqual(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
}

const base32Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** RFC 4648 section 6, for a multiple of 5 bytes, which needs no padding. */
function base32(bytes: Buffer): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  return bits.replace(/.{5}/g, (five) => base32Alphabet[parseInt(five, 2)]!);
}
