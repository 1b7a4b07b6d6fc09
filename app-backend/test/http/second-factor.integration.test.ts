import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { RowDataPacket } from "mysql2/promise";
import { operations } from "../../src/http/contract/operations.ts";
import { after } from "../../src/domain/time.ts";
import { startAgain, startApp, type TestApp } from "../app.ts";
import { challenge, enrol, memberWithTotp, shownCode } from "../authenticator.ts";
import {
  type Answer,
  bearer,
  getAccount,
  goodPassword,
  listSessions,
  mailedCode,
  member,
  postJson,
  refresh,
  send,
  signIn,
  someAddress,
} from "../client.ts";

const stepMs = 30_000;
const minuteMs = 60_000;
let app: TestApp;
let time = new Date("2026-06-01T12:00:00Z");

beforeAll(async () => {
  app = await startApp({ clock: () => time });
});
afterAll(() => app.close());

/** The code after the last one. */
function nextCode(secret: string): string {
  time = after(time, stepMs);
  return shownCode(secret, time);
}

const complete = (body: object, extra: Record<string, string> = {}) =>
  postJson(app, "/auth/mfa", body, extra);
const factorsOf = async (accessToken: string) =>
  (await send(app, "GET", "/account/factors", { headers: bearer(accessToken) })).body as unknown as {
    totp: object | null;
    recoveryCodes: { left: number; seen: boolean } | null;
    events: { what: string; device: string }[];
  };
const stepUp = (accessToken: string, body: object) =>
  postJson(app, "/auth/step-up", body, bearer(accessToken));
const ask = (accessToken: string, method: string, path: string) =>
  send(app, method, `/account/factors${path}`, { headers: bearer(accessToken) });

async function rows(table: string, accountId: string): Promise<number> {
  const sql = `SELECT COUNT(*) AS count FROM ${table} WHERE account_id = ?`;
  const [found] = await app.pool.query<RowDataPacket[]>(sql, [accountId]);
  return Number(found[0]!["count"]);
}

const code = ({ status, body }: Answer) => [status, body.code];

describe("a sign-in with a second factor", () => {
  test("is a challenge without cookie or session, and one by the right code", async () => {
    const { email, secret, cookie } = await memberWithTotp(app, time);
    const opened = await challenge(app, email, { cookie });
    expect(opened).toMatchObject({ status: 200, cookie: "", factors: ["totp", "recovery"] });
    expect(opened.body).not.toHaveProperty("accessToken");
    expect((await refresh(app, cookie)).status).toBe(200); // the session of before goes on
    const done = await complete({ token: opened.token, code: nextCode(secret) });
    expect(done.status).toBe(200);
    expect(done.cookie).not.toBe("");
    expect((await getAccount(app, done.body.accessToken)).body.account.email).toBe(email);
    const { items } = (await listSessions(app, done.body.accessToken)).body;
    expect(items).toHaveLength(2);
    expect(app.audit().map(({ audit }) => audit)).toContain("sign_in_challenged");
  });

  test("MFA-02 a challenge opens nothing else, and nothing else completes it", async () => {
    const [a, b] = [await memberWithTotp(app, time), await memberWithTotp(app, time)];
    const { token } = await challenge(app, a.email);
    const opened = Object.values(operations).filter((each) => "proof" in each && each.proof === "bearer");
    expect(opened.length).toBeGreaterThan(30);
    for (const { method, path } of opened) {
      const filled = path.replaceAll(/:\w+/g, randomUUID());
      const headers = { ...bearer(token), origin: app.siteOrigin };
      const answer = await send(app, method.toUpperCase(), filled, { headers });
      expect([path, answer.status]).toEqual([path, 401]);
    }
    expect((await refresh(app, `refresh=${token}`)).status).toBe(401);
    const [, refreshToken = ""] = a.cookie.split("=");
    for (const other of [a.body.accessToken, refreshToken, "123456789012", "", "a.b.c"])
      expect(code(await complete({ token: other, code: nextCode(a.secret) }))).toEqual([
        401,
        "challenge_over",
      ]);
    expect(code(await complete({ token, code: nextCode(b.secret) }))).toEqual([401, "wrong_code"]);
    expect((await complete({ token, code: nextCode(a.secret) })).status).toBe(200);
  });

  test("MFA-05 of two processes one takes a code, neither an earlier one, and no restart brings it back", async () => {
    const { email, secret, body } = await memberWithTotp(app, time);
    const start = () => startAgain(app, {}, { now: () => time });
    const by = (place: Pick<TestApp, "url">, token: string, right: string) =>
      postJson({ ...app, ...place }, "/auth/mfa", { token, code: right });
    const phone = (steps: number) => shownCode(secret, after(time, steps * stepMs));
    const lastStep = async () => {
      const sql = "SELECT last_step FROM totp_secrets WHERE account_id = ?";
      const [[row]] = await app.pool.query<RowDataPacket[]>(sql, [body.account.id]);
      return Number(row!["last_step"]) - Math.floor(time.getTime() / stepMs);
    };
    let other = await start();
    try {
      time = after(time, 3 * stepMs);
      const tokens = [await challenge(app, email), await challenge(app, email)].map(({ token }) => token);
      const ahead = phone(1);
      const uses = Array.from({ length: 10 }, (_, use) => by(use % 2 ? app : other, tokens[use % 2]!, ahead));
      const statuses = (await Promise.all(uses)).map(({ status }) => status);
      expect(statuses.filter((status) => status === 200)).toHaveLength(1);
      expect(await lastStep()).toBe(1);
      time = after(time, 30 * minuteMs); // the refused ones were counted
      const [now, next] = [phone(0), phone(1)];
      expect((await by(other, (await challenge(app, email)).token, next)).status).toBe(200);
      const { token } = await challenge(app, email);
      for (const used of [now, next]) expect(code(await by(app, token, used))).toEqual([401, "wrong_code"]);
      await other.close();
      other = await start();
      expect(code(await by(other, token, next))).toEqual([401, "wrong_code"]);
      expect(await lastStep()).toBe(1);
      time = after(time, stepMs);
      expect((await by(other, token, phone(1))).status).toBe(200);
    } finally {
      await other.close();
    }
  });

  test("MFA-05 a challenge works once, and not after 5 minutes or another password", async () => {
    const { email, secret, body } = await memberWithTotp(app, time);
    const used = await challenge(app, email);
    expect((await complete({ token: used.token, code: nextCode(secret) })).status).toBe(200);
    expect(code(await complete({ token: used.token, code: nextCode(secret) }))).toEqual([
      401,
      "challenge_over",
    ]);
    const late = await challenge(app, email);
    time = after(time, 5 * minuteMs + 6_000);
    expect(code(await complete({ token: late.token, code: nextCode(secret) }))).toEqual([
      401,
      "challenge_over",
    ]);
    const outdated = await challenge(app, email);
    await app.pool.query("UPDATE accounts SET credential_version = 9 WHERE id = ?", [body.account.id]);
    expect(code(await complete({ token: outdated.token, code: nextCode(secret) }))).toEqual([
      401,
      "challenge_over",
    ]);
  });

  test("MFA-07 a code is read as people type it, and nothing but one code or one recovery code is taken", async () => {
    const { email, secret, recoveryCodes } = await memberWithTotp(app, time);
    const { token } = await challenge(app, email);
    const [first = "", second = ""] = recoveryCodes;
    for (const [body, status] of [
      [{ code: 123456 }, 400],
      [{ code: null }, 400],
      [{ code: [] }, 400],
      [{ code: "" }, 422],
      [{ code: "1234567" }, 422],
      [{ code: "", recoveryCode: first }, 422],
      [{ code: shownCode(secret, time), recoveryCode: first }, 422],
      [{ recoveryCode: "" }, 422],
      [{}, 422],
    ] as const)
      expect((await complete({ token, ...body })).status).toBe(status);
    const typed = nextCode(secret).replace(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit)));
    const spaced = `${typed.slice(0, 3)} ${typed.slice(3)}`;
    expect((await complete({ token, code: spaced })).status).toBe(200);
    const again = await challenge(app, email);
    const hyphened = `${first.slice(0, 5)}-${first.slice(5)}`.toLowerCase();
    expect((await complete({ token: again.token, recoveryCode: hyphened })).status).toBe(200);
    const last = await challenge(app, email);
    expect(code(await complete({ token: last.token, recoveryCode: first }))).toEqual([401, "wrong_code"]);
    expect((await complete({ token: last.token, recoveryCode: second })).status).toBe(200);
  });

  test("MFA-08 a right code of another time is refused with a hint, and logged with its step", async () => {
    const { email, secret } = await memberWithTotp(app, time);
    const { token } = await challenge(app, email);
    time = after(time, 10 * minuteMs);
    const late = await challenge(app, email);
    const refused = await complete({ token: late.token, code: shownCode(secret, after(time, -6 * stepMs)) });
    expect(refused).toMatchObject({ status: 401, body: { code: "wrong_code", hint: "clock" } });
    const early = await complete({ token: late.token, code: shownCode(secret, after(time, 6 * stepMs)) });
    expect(early).toMatchObject({ status: 401, body: { code: "wrong_code", hint: "clock" } });
    for (const step of ["-6", "6"])
      expect(app.logLines.some((line) => line.includes(`valid at step ${step}"`))).toBe(true);
    expect(await app.metrics()).toMatch(/code_of_other_time/);
    const wrong = await complete({ token: late.token, code: "000000" });
    expect(wrong.body).not.toHaveProperty("hint");
    expect(code(await complete({ token, code: nextCode(secret) }))).toEqual([401, "challenge_over"]);
  });

  test("MFA-04 an attacker who knows the password does not keep the owner out of a known network", async () => {
    const home = { "x-forwarded-for": someAddress() };
    const { email, secret, recoveryCodes } = await memberWithTotp(app, time);
    const first = await challenge(app, email, home);
    const signedIn = await complete({ token: first.token, code: nextCode(secret) }, home);
    expect(signedIn.status).toBe(200);
    const refusals: number[] = [];
    for (let tries = 0; tries < 12; tries += 1) {
      const attack = await signIn(app, email);
      const { mfa } = attack.body as unknown as { mfa?: { token: string } };
      refusals.push(mfa ? (await complete({ token: mfa.token, code: "000000" })).status : attack.status);
    }
    expect(refusals.at(-1)).toBe(429);
    const owner = await challenge(app, email, home);
    expect((await complete({ token: owner.token, code: nextCode(secret) }, home)).status).toBe(200);
    const again = await challenge(app, email, home);
    const recovery = await complete({ token: again.token, recoveryCode: recoveryCodes[0] }, home);
    expect(recovery.status).toBe(200);
    expect((await getAccount(app, signedIn.body.accessToken)).status).toBe(200);
  });

  test("MFA-25 of right passwords without a second step at most 5 challenges are left, and they are limited", async () => {
    const { email, body } = await memberWithTotp(app, time);
    const statuses: number[] = [];
    for (let tries = 0; tries < 8; tries += 1) statuses.push((await signIn(app, email)).status);
    expect(statuses).toContain(429);
    time = after(time, 60 * minuteMs);
    for (let tries = 0; tries < 3; tries += 1) {
      await signIn(app, email);
      time = after(time, 30 * minuteMs);
    }
    expect(await rows("challenges", body.account.id)).toBeLessThanOrEqual(5);
    expect(await rows("sessions", body.account.id)).toBe(1);
  });

  test("MFA-16 codes and recovery codes share the tries of a challenge and of the account", async () => {
    const [{ email, secret }, other] = [await memberWithTotp(app, time), await memberWithTotp(app, time)];
    const { token } = await challenge(app, email);
    const wrong = [{ code: "000000" }, { recoveryCode: other.recoveryCodes[0] }];
    for (let tries = 0; tries < 5; tries += 1)
      expect(code(await complete({ token, ...wrong[tries % 2] }))).toEqual([401, "wrong_code"]);
    const next = await complete({ token, code: nextCode(secret) });
    expect([401, 429]).toContain(next.status);
    expect(next.cookie).toBe("");
  });

  test("MFA-13 resets by mail open no session, and leave the factor and the tries at it", async () => {
    const { email, secret, body } = await memberWithTotp(app, time);
    const thief = { "x-forwarded-for": someAddress() };
    const [first, ...others] = ["another long password", "a third long password", "a fourth long password"];
    const resetTo = async (password: string) => {
      await postJson(app, "/auth/forgot", { email }, thief);
      const reset = { email, code: await mailedCode(app, email), password };
      expect((await postJson(app, "/auth/reset", reset, thief)).status).toBe(204);
      const answer = await signIn(app, email, password, thief);
      expect(answer.cookie).toBe("");
      return (answer.body as unknown as { mfa: { token: string } }).mfa.token;
    };
    const guess = async (token: string) => (await complete({ token, code: "000000" }, thief)).status;
    const opened = await resetTo(first!);
    expect(await rows("sessions", body.account.id)).toBe(0);
    const guesses: number[] = [];
    for (let tries = 0; tries < 5; tries += 1) guesses.push(await guess(opened));
    expect(guesses).toEqual([401, 401, 401, 401, 401]);
    // A new network with each reset brings no new tries, for the mail is not the owner's factor.
    for (const password of others) {
      thief["x-forwarded-for"] = someAddress();
      expect(await guess(await resetTo(password))).toBe(429);
    }
    time = after(time, 60 * minuteMs);
    const token = ((await signIn(app, email, others[1])).body as unknown as { mfa: { token: string } }).mfa
      .token;
    expect((await complete({ token, code: nextCode(secret) })).status).toBe(200);
  });
});

describe("the second factor of an account", () => {
  test("MFA-11 is added by a password that was just proven, not by a stolen access token", async () => {
    const person = await member(app);
    time = after(time, 9 * minuteMs);
    const { accessToken } = (await refresh(app, person.cookie)).body;
    time = after(time, 2 * minuteMs);
    const refused = await ask(accessToken, "POST", "/totp");
    expect(refused).toMatchObject({ status: 403, body: { code: "step_up_required", ways: ["password"] } });
    expect(code(await stepUp(accessToken, { password: "wrong password" }))).toEqual([403, "wrong_password"]);
    expect((await stepUp(accessToken, { password: goodPassword })).status).toBe(200);
    expect((await enrol(app, accessToken, time)).recoveryCodes).toHaveLength(10);
  });

  test("ends all other sessions when it is added", async () => {
    const person = await member(app);
    const other = await signIn(app, person.email);
    await enrol(app, person.body.accessToken, time);
    expect((await getAccount(app, other.body.accessToken)).status).toBe(401);
    expect((await getAccount(app, person.body.accessToken)).status).toBe(200);
  });

  test("MFA-11 a password alone removes neither the factor nor the account, and changes no password", async () => {
    const { email, secret, cookie } = await memberWithTotp(app, time);
    time = after(time, 9 * minuteMs);
    const { accessToken } = (await refresh(app, cookie)).body;
    time = after(time, 2 * minuteMs);
    expect((await stepUp(accessToken, { password: goodPassword })).status).toBe(200);
    const needed = { status: 403, body: { code: "step_up_required", ways: ["totp", "recovery"] } };
    expect(await ask(accessToken, "DELETE", "/totp")).toMatchObject(needed);
    const headers = { ...bearer(accessToken), origin: app.siteOrigin, "content-type": "application/json" };
    const removal = { headers, body: JSON.stringify({ password: goodPassword }) };
    expect(await send(app, "DELETE", "/auth/remove", removal)).toMatchObject(needed);
    const change = { current: goodPassword, next: "another long password" };
    expect(await postJson(app, "/auth/password", change, bearer(accessToken))).toMatchObject(needed);
    const proven = await stepUp(accessToken, { code: nextCode(secret) });
    expect(proven.status).toBe(200);
    expect((await postJson(app, "/auth/password", change, bearer(accessToken))).status).toBe(204);
    expect((await ask(accessToken, "DELETE", "/totp")).status).toBe(204);
    expect(code(await ask(accessToken, "DELETE", "/totp"))).toEqual([404, "not_found"]);
    expect((await signIn(app, email, change.next)).body.accessToken).toBeDefined();
  });

  test("MFA-09 the last secret counts, once, for 10 minutes, and the former one until it is confirmed", async () => {
    const { email, secret, body, cookie } = await memberWithTotp(app, time);
    let { accessToken } = body;
    const begin = async () =>
      ((await ask(accessToken, "POST", "/totp")).body as unknown as { secret: string }).secret;
    const confirm = (by: string) =>
      postJson(app, "/account/factors/totp/confirm", { code: shownCode(by, time) }, bearer(accessToken));
    time = after(time, stepMs);
    const [first, second] = [await begin(), await begin()];
    expect(code(await confirm(first))).toEqual([409, "enrolment_replaced"]);
    const { token } = await challenge(app, email);
    expect((await complete({ token, code: nextCode(secret) })).status).toBe(200);
    const both = await Promise.all([confirm(second), confirm(second)]);
    expect(both.map(({ status }) => status).filter((status) => status === 200)).toHaveLength(1);
    for (const { status } of both) expect([200, 409, 410]).toContain(status);
    const former = await challenge(app, email);
    expect((await complete({ token: former.token, code: nextCode(secret) })).status).toBe(401);
    const late = await begin();
    time = after(time, 10 * minuteMs);
    expect(code(await confirm(late))).toEqual([401, "not_signed_in"]); // the access token is over too
    accessToken = (await refresh(app, cookie)).body.accessToken;
    expect(code(await confirm(late))).toEqual([410, "enrolment_over"]);
    const [[row]] = await app.pool.query<RowDataPacket[]>("SELECT secret FROM totp_enrolments LIMIT 1");
    expect(row!["secret"]).not.toContain(late);
  });

  test("MFA-09 the code of an enrolment that was left is not found by trying", async () => {
    const { body } = await member(app);
    await ask(body.accessToken, "POST", "/totp");
    const statuses: number[] = [];
    for (let tries = 0; tries < 8; tries += 1)
      statuses.push(
        (await postJson(app, "/account/factors/totp/confirm", { code: "000000" }, bearer(body.accessToken)))
          .status,
      );
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429, 429]);
  });

  test("MFA-17 codes whose answer was lost are made again by a code alone, until they were seen", async () => {
    const { secret, cookie, recoveryCodes } = await memberWithTotp(app, time);
    time = after(time, 9 * minuteMs);
    const { accessToken } = (await refresh(app, cookie)).body;
    time = after(time, 2 * minuteMs);
    expect((await factorsOf(accessToken)).recoveryCodes).toEqual({ left: 10, seen: false });
    expect(await ask(accessToken, "POST", "/recovery-codes")).toMatchObject({
      status: 403,
      body: { ways: ["totp"] },
    });
    await stepUp(accessToken, { code: nextCode(secret) });
    const again = await ask(accessToken, "POST", "/recovery-codes");
    const { recoveryCodes: shown } = again.body as unknown as { recoveryCodes: string[] };
    expect(shown).toHaveLength(10);
    expect(shown).not.toContain(recoveryCodes[0]);
    expect((await ask(accessToken, "POST", "/recovery-codes/seen")).status).toBe(204);
    expect(await ask(accessToken, "POST", "/recovery-codes")).toMatchObject({
      status: 403,
      body: { ways: ["password"] },
    });
    expect((await factorsOf(accessToken)).events.map(({ what }) => what)).toEqual([
      "recovery_codes_replaced",
      "totp_added",
    ]);
  });

  test("WEB-12 no log has a secret or a code of a factor", () => {
    for (const line of app.logLines) expect(line).not.toMatch(/otpauth|"secret"|recoveryCode":/);
  });
});
