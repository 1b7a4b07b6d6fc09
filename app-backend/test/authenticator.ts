import { createHmac } from "node:crypto";
import type { TestApp } from "./app.ts";
import { bearer, goodPassword, member, postJson, send, signIn } from "./client.ts";

/** What an authenticator app shows for a secret in base 32: RFC 6238, written apart from the application. */
export function shownCode(secret: string, when: Date): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, "0"));
  const bytes = bits
    .join("")
    .match(/.{8}/g)!
    .map((byte) => parseInt(byte, 2));
  const counter = Buffer.alloc(8);
  counter.writeUInt32BE(Math.floor(when.getTime() / 30_000), 4);
  const mac = createHmac("sha1", Buffer.from(bytes)).update(counter).digest();
  const value = mac.readUInt32BE(mac[19]! & 0xf) % 2 ** 31;
  return String(value % 1_000_000).padStart(6, "0");
}

/** Adds an authenticator app to an account whose password was just proven. */
export async function enrol(app: TestApp, accessToken: string, when: Date) {
  const begun = await send(app, "POST", "/account/factors/totp", { headers: bearer(accessToken) });
  const { secret } = begun.body as unknown as { secret: string };
  const code = shownCode(secret, when);
  const confirmed = await postJson(app, "/account/factors/totp/confirm", { code }, bearer(accessToken));
  if (confirmed.status !== 200)
    throw new Error(`not enrolled: ${JSON.stringify([begun.body, confirmed.body])}`);
  const { recoveryCodes } = confirmed.body as unknown as { recoveryCodes: string[] };
  return { secret, recoveryCodes };
}

/** An account with an authenticator app, and one session. */
export async function memberWithTotp(app: TestApp, when: Date) {
  const person = await member(app);
  return { ...person, ...(await enrol(app, person.body.accessToken, when)) };
}

/** The token of a challenge, by the right password. */
export async function challenge(app: TestApp, email: string, extra: Record<string, string> = {}) {
  const answer = await signIn(app, email, goodPassword, extra);
  const { mfa } = answer.body as unknown as { mfa?: { token: string; factors: string[] } };
  if (!mfa) throw new Error(`no challenge: ${JSON.stringify(answer.body)}`);
  return { ...answer, ...mfa };
}
