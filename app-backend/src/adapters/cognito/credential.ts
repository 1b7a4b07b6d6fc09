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

/** Whether that is the first password of an identity. It takes the same time whether there is one. */
export async function isFirstPassword(
  credential: Credential | undefined,
  password: string,
): Promise<boolean> {
  const { salt = "", hash = "" } = credential ?? {};
  const found = await derive(password, Buffer.from(salt, "base64url"), bytes);
  const expected = Buffer.from(hash, "base64url");
  return expected.length === bytes && timingSafeEqual(found, expected);
}
