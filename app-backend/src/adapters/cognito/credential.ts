import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";

/**
 * What a record keeps of its identity: the pool's id of the user (`sub`), which outlives the address, and until the
 * password is replaced a hash of the first one. Of a user who is not confirmed AWS refuses every password alike, the right
 * one too (github.com/aws/aws-sdk-js/issues/4608): the hash alone tells them apart.
 */
export interface Credential {
  readonly sub: string;
  readonly salt?: string | undefined;
  readonly hash?: string | undefined;
}

const bytes = 32;
const derive = promisify<string, Buffer, number, Buffer>(scrypt);

export async function newCredential(sub: string, password: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(password, salt, bytes);
  return [sub, salt.toString("base64url"), hash.toString("base64url")].join(" ");
}

/** The credential of a text; undefined for none. */
export function readCredential(text: string | undefined): Credential | undefined {
  const [sub, salt, hash] = (text ?? "").split(" ");
  return sub ? { sub, salt, hash } : undefined;
}

/** Whether that is the first password of an identity. */
export async function isFirstPassword(
  credential: Credential | undefined,
  password: string,
): Promise<boolean> {
  if (!credential?.salt || !credential.hash) return false;
  const found = await derive(password, Buffer.from(credential.salt, "base64url"), bytes);
  return timingSafeEqual(found, Buffer.from(credential.hash, "base64url"));
}
