import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { after } from "../../src/domain/time.ts";
import { startApp, type TestApp } from "../app.ts";
import { challenge } from "../authenticator.ts";
import {
  type Answer,
  bearer,
  getAccount,
  goodPassword,
  member,
  postJson,
  refresh,
  send,
  signIn,
} from "../client.ts";
import { startSns } from "../test-sns.ts";

const minuteMs = 60_000;
const number = "+4917612345678";
let app: TestApp;
let sns: Awaited<ReturnType<typeof startSns>>;
let time = new Date("2026-06-01T12:00:00Z");

beforeAll(async () => {
  sns = await startSns();
  const environment = {
    SMS_MONTHLY_USD: "20",
    SMS_COUNTRIES: "+49,-49900",
    AWS_ENDPOINT_URL_SNS: sns.endpoint,
  };
  app = await startApp({ clock: () => time, environment });
});
afterAll(async () => {
  await app.close();
  sns.close();
});

const code = ({ status, body }: Answer) => [status, body.code];
const pass = (ms: number) => void (time = after(time, ms));
const post = (path: string, body: object, accessToken?: string) =>
  postJson(app, path, body, accessToken === undefined ? {} : bearer(accessToken));
const enrol = (accessToken: string, typed: string) =>
  post("/account/factors/phone", { number: typed }, accessToken);
const confirm = (accessToken: string, text: string) =>
  post("/account/factors/phone/confirm", { code: text }, accessToken);

async function memberWithPhone(to: string) {
  const person = await member(app);
  const { accessToken } = person.body;
  await enrol(accessToken, to);
  const confirmed = await confirm(accessToken, sns.codeFor(to));
  if (confirmed.status !== 200) throw new Error(JSON.stringify(confirmed.body));
  const { recoveryCodes } = confirmed.body as unknown as { recoveryCodes: string[] };
  return { ...person, recoveryCodes };
}

test("SMS-02 a number is a factor from its code on, in one form, and is shown by two digits", async () => {
  const { email, body, cookie } = await member(app);
  const { accessToken } = body;
  const other = await signIn(app, email);
  expect(await enrol(accessToken, "0049 (0)176 / 123-45 678")).toMatchObject({
    status: 200,
    body: { number, ending: "78", resendAfter: 60, expiresIn: 300 },
  });
  expect((await signIn(app, email)).body).toHaveProperty("accessToken"); // it is none yet
  const right = sns.codeFor(number);
  const wrong = right.replace(/.$/, (digit) => String((Number(digit) + 1) % 10));
  expect(code(await confirm(accessToken, wrong))).toEqual([401, "wrong_code"]);
  const confirmed = await confirm(accessToken, right);
  expect(confirmed.body).toMatchObject({ recoveryCodes: { length: 10 } });
  expect(code(await confirm(accessToken, right))).toEqual([410, "enrolment_over"]);
  expect((await refresh(app, other.cookie)).status).toBe(401); // it did not prove the number
  expect((await refresh(app, cookie)).status).toBe(200);
  const factors = await send(app, "GET", "/account/factors", { headers: bearer(accessToken) });
  expect(factors.body).toMatchObject({ phone: { ending: "78" }, recoveryCodes: { left: 10, seen: false } });
  const stored = await app.pool.query("SELECT * FROM phones");
  expect(JSON.stringify(stored)).not.toContain("12345678");
});

test("SMS-02 a sign-in by a sent code: once, for its challenge, in time, another code after a minute", async () => {
  const to = "+4917611111111";
  const { email } = await memberWithPhone(to);
  pass(minuteMs);
  const opened = await challenge(app, email);
  expect(opened.factors).toEqual(["sms", "recovery"]);
  const { token } = opened;
  expect((await post("/auth/mfa/text", { token })).status).toBe(200);
  const soon = await post("/auth/mfa/text", { token });
  expect([...code(soon), soon.headers.get("retry-after")]).toEqual([429, "too_many_requests", "60"]);
  const textCode = sns.codeFor(to);
  const { token: second } = await challenge(app, email);
  expect(code(await post("/auth/mfa", { token: second, textCode }))).toEqual([401, "wrong_code"]);
  const uses = await Promise.all([0, 1].map(() => post("/auth/mfa", { token, textCode })));
  expect(uses.map(({ status }) => status).toSorted()).toEqual([200, 401]);
  const { body } = uses.find(({ status }) => status === 200)!;
  expect((await getAccount(app, body.accessToken)).body.account.email).toBe(email);
  pass(minuteMs);
  expect((await post("/auth/mfa/text", { token: second })).status).toBe(200);
  pass(5 * minuteMs);
  const late = await post("/auth/mfa", { token: second, textCode: sns.codeFor(to) });
  expect(code(late)).toEqual([401, "challenge_over"]);
});

test("SMS-02 another number needs proofs, is reported to the former one, and ends its codes", async () => {
  const [former, next] = ["+4917622222222", "+4917633333333"];
  const { email, cookie } = await memberWithPhone(former);
  pass(11 * minuteMs);
  const { accessToken } = (await refresh(app, cookie)).body;
  const stolen = await enrol(accessToken, next);
  expect(code(stolen)).toEqual([403, "step_up_required"]);
  expect(stolen.body).toMatchObject({ ways: ["password", "sms", "recovery"] });
  const { token } = await challenge(app, email);
  expect((await post("/auth/mfa/text", { token })).status).toBe(200);
  const old = sns.codeFor(former);
  pass(minuteMs);
  expect((await post("/account/factors/phone/text", {}, accessToken)).status).toBe(200);
  const proofs = { password: goodPassword, textCode: sns.codeFor(former) };
  expect((await post("/auth/step-up", proofs, accessToken)).status).toBe(200);
  pass(minuteMs);
  expect((await enrol(accessToken, next)).status).toBe(200);
  expect((await confirm(accessToken, sns.codeFor(next))).body).toEqual({ recoveryCodes: [] });
  await app.settle();
  const { to, text } = sns.sent.at(-1)!;
  expect([to, text]).toEqual([former, expect.stringMatching(/replaced by another number/)]);
  expect(code(await post("/auth/mfa", { token, textCode: old }))).toEqual([401, "challenge_over"]);
  const later = await challenge(app, email);
  expect(code(await post("/auth/mfa", { token: later.token, textCode: old }))).toEqual([401, "wrong_code"]);
  const removed = await send(app, "DELETE", "/account/factors/phone", { headers: bearer(accessToken) });
  expect(removed.status).toBe(204);
  expect((await signIn(app, email)).body).toHaveProperty("accessToken");
});

test("SMS-02 what was refused is not reported as sent, and a recovery code opens the session", async () => {
  const to = "+4917644444444";
  const { email, body, recoveryCodes } = await memberWithPhone(to);
  pass(minuteMs);
  const optedOut = await enrol(body.accessToken, "+4917600000099");
  expect([...code(optedOut), (optedOut.body as { hint?: string }).hint]).toEqual([
    ...[502, "text_not_sent", "opted_out"],
  ]);
  for (const fault of ["throttled", "failing"] as const) {
    pass(minuteMs);
    sns.setFault(fault);
    const { token } = await challenge(app, email);
    expect(code(await post("/auth/mfa/text", { token }))).toEqual([502, "text_not_sent"]);
  }
  sns.setFault(undefined);
  const { token } = await challenge(app, email);
  const [recoveryCode] = recoveryCodes;
  expect((await post("/auth/mfa", { token, recoveryCode })).status).toBe(200);
  for (const line of app.logLines) expect(line).not.toContain(to);
});

test("SMS-01 without a setting a number is no factor", async () => {
  const off = await startApp();
  const { body } = await member(off);
  const answer = await postJson(off, "/account/factors/phone", { number }, bearer(body.accessToken));
  expect(code(answer)).toEqual([404, "not_found"]);
  expect((await send(off, "GET", "/settings")).body).toMatchObject({ sendsTexts: false });
  await off.close();
});
