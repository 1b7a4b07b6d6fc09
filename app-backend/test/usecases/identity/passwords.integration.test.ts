import { randomBytes, randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";
import { hmacCodeGenerator } from "../../../src/adapters/hmac/code-generator.ts";
import { ownIdentityProvider } from "../../../src/adapters/own/identity-provider.ts";
import { jwtTokens } from "../../../src/adapters/jwt/tokens.ts";
import type { Account } from "../../../src/domain/account.ts";
import type { PasswordHashes } from "../../../src/ports/password-hashes.ts";
import type { Sessions } from "../../../src/ports/sessions.ts";
import { codeUseCases } from "../../../src/usecases/identity/codes.ts";
import { passwordUseCases } from "../../../src/usecases/identity/passwords.ts";
import { sessionUseCases, type SignedIn } from "../../../src/usecases/identity/sessions.ts";
import { rateLimiter } from "../../../src/usecases/rate-limiter.ts";
import { openMysqlStores } from "../../adapters/mysql/stores.ts";
import { factorParts } from "../../factor-parts.ts";
import { holderOf, reference, someAccount, someSession } from "../../contract/fixtures.ts";

const client = { address: "203.0.113.7", userAgent: "curl/8" };
const now = () => new Date("2026-01-01T00:00:01.000Z");
const key = () => ({ current: randomBytes(64), former: [] });
/** Hashes that can be read, so that a test sees which password is stored. */
const passwords = {
  hash: async (password: string) => `hash of ${password}`,
  matches: async (hash: string | undefined, password: string) => hash === `hash of ${password}`,
};

let stores: Awaited<ReturnType<typeof openMysqlStores>>;
let account: Account;

beforeAll(async () => {
  stores = await openMysqlStores();
});
afterAll(() => stores.close());
beforeEach(async () => {
  account = await addAccount("hash of old");
});

async function addAccount(credential = "hash"): Promise<Account> {
  const added = someAccount();
  await stores.accounts.add(added, credential);
  return added;
}

const hashOf = (id: string) => stores.hashes.get(id);

/** The use cases over MySQL; a test may replace a store. */
function identity(instead: { hashes?: PasswordHashes; sessions?: Sessions } = {}) {
  const { accounts, sessions, codes: oneTimeCodes, hashes } = { ...stores, ...instead };
  const auditLog = () => {};
  const limiter = rateLimiter({ limits: stores.limits, auditLog, now });
  const common = { accounts, sessions, auditLog, rateLimiter: limiter, now, newId: randomUUID };
  const mail = { send: async () => {} };
  const codeGenerator = hmacCodeGenerator(key());
  const provider = ownIdentityProvider({ hashes, codes: oneTimeCodes, passwords, codeGenerator, mail, now });
  const { factors, challenges, passkeys, limits } = stores;
  const ofFactors = { factors, challenges, passkeys, limits };
  const identified = factorParts({ ...common, ...ofFactors, identity: provider });
  const codes = codeUseCases({ ...identified, afterAnswer: (work) => void work() });
  const tokens = jwtTokens({ accessSecrets: key(), refreshSecrets: key(), newId: randomUUID });
  return {
    passwords: passwordUseCases({ ...identified, codes }),
    sessions: sessionUseCases({ ...identified, tokens, confirmationRequired: false }),
    codeGenerator,
  };
}

async function threeSessions() {
  const other = await addAccount();
  const all = [someSession(account.id), someSession(account.id), someSession(other.id)] as const;
  for (const session of all) await stores.sessions.add(session);
  return all;
}

test("SESS-09 a new password ends all sessions except the caller's", async () => {
  const [kept, ended, others] = await threeSessions();
  await identity().passwords.change(holderOf(kept), "old", "a much better password");
  expect(await hashOf(account.id)).toBe("hash of a much better password");
  expect(await stores.sessions.get(holderOf(kept))).toMatchObject({ credentialVersion: 1 });
  expect(await stores.sessions.get(holderOf(ended))).toBeUndefined();
  expect(await stores.sessions.get(holderOf(others))).toBeDefined();
});

test("a new password voids the code for another, and no code of another purpose", async () => {
  const hash = reference();
  const { id: accountId } = account;
  for (const purpose of ["reset", "confirm"] as const)
    await stores.codes.replace({ accountId, purpose, hash, expiresAt: new Date("2027-01-01") });
  const session = someSession(accountId);
  await stores.sessions.add(session);
  await identity().passwords.change(holderOf(session), "old", "a much better password");
  expect(await stores.codes.redeem({ accountId, purpose: "reset", hashes: [hash] }, now())).toBe(false);
  expect(await stores.codes.redeem({ accountId, purpose: "confirm", hashes: [hash] }, now())).toBe(true);
});

test("a password that was replaced during its proof is not replaced again", async () => {
  const hashes = { ...stores.hashes };
  hashes.replace = async (id, change) => {
    await stores.hashes.replace(id, { to: "hash of another" });
    return stores.hashes.replace(id, change);
  };
  const session = someSession(account.id);
  await stores.sessions.add(session);
  const { passwords: replacing } = identity({ hashes });
  const changed = replacing.change(holderOf(session), "old", "a much better password");
  await expect(changed).rejects.toMatchObject({ code: "wrong_password" });
  expect(await hashOf(account.id)).toBe("hash of another");
});

test("SESS-22 a change that stops after the password was replaced leaves no session alive", async () => {
  const signedIn = await Promise.all(
    ["a", "b"].map(() => identity().sessions.signIn(account.email, "old", client)),
  );
  expect(signedIn).toHaveLength(2);
  const stopped = new Error("stopped here");
  const sessions = { ...stores.sessions, renew: () => Promise.reject(stopped) };
  const [kept] = await stores.sessions.listOfAccount(account.id);
  const { passwords: stopping } = identity({ sessions });
  await expect(stopping.change(holderOf(kept!), "old", "a much better password")).rejects.toBe(stopped);
  expect(await stores.sessions.listOfAccount(account.id)).toHaveLength(2);
  expect(await identity().sessions.list(holderOf(kept!))).toEqual([]);
});

test("SESS-22 a session that was opened under an older password is refused by every use", async () => {
  const { sessions } = identity();
  const opened = await sessions.signIn(account.email, "old", client);
  const { accessToken, refreshToken } = opened as SignedIn;
  expect(await sessions.authenticate(accessToken)).toMatchObject({ accountId: account.id });
  await stores.hashes.replace(account.id, { to: "hash of another" });
  await expect(sessions.authenticate(accessToken)).rejects.toMatchObject({ code: "not_signed_in" });
  await expect(sessions.signOut(refreshToken.text, true)).rejects.toMatchObject({ code: "session_ended" });
  const { refreshToken: second } = (await sessions.signIn(account.email, "another", client)) as SignedIn;
  await stores.hashes.replace(account.id, { to: "hash of a third" });
  await expect(sessions.refresh(second.text)).rejects.toMatchObject({ code: "session_ended" });
  expect(await stores.sessions.listOfAccount(account.id)).toEqual([]);
});

test("SESS-22 a sign-in whose password is replaced before its session is stored opens none", async () => {
  const sessions = { ...stores.sessions };
  sessions.add = async (session) => {
    await stores.hashes.replace(account.id, { to: "hash of another" });
    await stores.sessions.add(session);
  };
  const signedIn = identity({ sessions }).sessions.signIn(account.email, "old", client);
  await expect(signedIn).rejects.toMatchObject({ code: "bad_credentials" });
  expect(await stores.sessions.listOfAccount(account.id)).toEqual([]);
});

test("MFA-09 a sign-in during which a second factor is added opens no session without it", async () => {
  const sessions = { ...stores.sessions };
  sessions.add = async (session) => {
    const [id, event] = [randomUUID(), { at: now(), what: "totp_added", device: "" } as const];
    await stores.factors.enrol(account.id, { id, secret: "sealed", endsAt: now() });
    const other = someSession(account.id);
    await stores.sessions.add(other);
    await stores.factors.confirm(holderOf(other), {
      enrolmentId: id,
      step: 1,
      recoveryHashes: [reference()],
      event,
      proven: other,
    });
    await stores.sessions.remove(holderOf(other));
    await stores.sessions.add(session);
  };
  const signedIn = identity({ sessions }).sessions.signIn(account.email, "old", client);
  await expect(signedIn).rejects.toMatchObject({ code: "bad_credentials" });
  expect(await stores.sessions.listOfAccount(account.id)).toEqual([]);
});
