import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { generateKeyPairSync } from "node:crypto";
import { after } from "../../src/domain/time.ts";
import { startAgain, startApp, type TestApp } from "../app.ts";
import { challenge, enrol, shownCode } from "../authenticator.ts";
import {
  type Answer,
  bearer,
  getAccount,
  goodPassword,
  mailedCode,
  member,
  newEmail,
  postJson,
  refresh,
  send,
  sendJson,
  signIn,
} from "../client.ts";
import {
  type Asked,
  deepCbor,
  softwareAuthenticator,
  type SoftwareAuthenticator,
  type Twist,
} from "../software-authenticator.ts";

const minuteMs = 60_000;
const origin = "http://localhost:5173";
let app: TestApp;
let time = new Date("2026-06-01T12:00:00Z");
/** A person with a passkey that opens the account alone, for tests that leave it as it is. */
let ada: Awaited<ReturnType<typeof holder>>;

beforeAll(async () => {
  app = await startApp({ clock: () => time });
  ada = await holder();
});
afterAll(() => app.close());

const code = ({ status, body }: Answer) => [status, body.code];
const newKey = (counter = 1) => softwareAuthenticator({ origin, counter });

/** What the page has to ask the authenticator for, and the cookie that the browser keeps. */
async function ask(path: string, body: object = {}, extra: Record<string, string> = {}) {
  const answer = await postJson(app, path, body, extra);
  const { options } = answer.body as unknown as { options: Asked & Record<string, unknown> };
  return { ...answer, options, kept: { cookie: answer.cookie } };
}

async function begin(accessToken: string, asked = false) {
  const begun = await ask("/account/factors/passkey", { asked }, bearer(accessToken));
  if (begun.status !== 200) throw new Error(JSON.stringify(begun.body));
  return begun;
}

function finish(accessToken: string, credential: object, kept: Record<string, string>, name = "Laptop") {
  return postJson(app, "/account/passkeys", { name, credential }, { ...bearer(accessToken), ...kept });
}

/** Registers a new key, by default one that opens the account alone. */
async function add(accessToken: string, key: SoftwareAuthenticator, asked = false, twist: Twist = {}) {
  const { options, kept } = await begin(accessToken, asked);
  return finish(accessToken, key.create(options, twist), kept);
}

/** A member with a passkey that opens the account alone. */
async function holder(counter = 1) {
  const person = await member(app);
  const key = newKey(counter);
  const added = await add(person.body.accessToken, key);
  if (added.status !== 201) throw new Error(JSON.stringify(added.body));
  const { passkey, recoveryCodes } = added.body as unknown as Added;
  return { ...person, accessToken: person.body.accessToken, key, passkey, recoveryCodes };
}

/** A person whose only way in is a passkey, as after a first sign-in by a provider that was unlinked since. */
async function passkeyOnly() {
  const person = await holder();
  const { id } = person.body.account;
  await app.pool.query("UPDATE accounts SET password_hash = '' WHERE id = ?", [id]);
  return { ...person, id, recoveryCodes: person.recoveryCodes! };
}

interface Added {
  passkey: { id: string; name: string; alone: boolean; asked: boolean; usable: boolean };
  recoveryCodes: string[] | null;
}

const askSignIn = () => ask("/auth/passkeys/options");
const answerSignIn = (credential: object, kept: Record<string, string>) =>
  postJson(app, "/auth/passkeys", { credential }, kept);

async function signInBy(key: SoftwareAuthenticator, twist: Twist = {}) {
  const { options, kept } = await askSignIn();
  return answerSignIn(key.use(options, twist), kept);
}

async function listed(accessToken: string) {
  const { body } = await send(app, "GET", "/account/passkeys", { headers: bearer(accessToken) });
  return body.items as unknown as (Added["passkey"] & { lastUsedAt: string | null })[];
}

async function stored(id: string) {
  const [rows] = await app.pool.query("SELECT * FROM passkeys WHERE id = ?", [id]);
  return (rows as { counter: number; public_key: string; account_id: string }[])[0];
}

const auditCount = (name: string) => app.audit().filter(({ audit }) => audit === name).length;

/** A session whose sign-in is so long ago that it proves nothing. */
async function unproven(cookie: string): Promise<string> {
  time = after(time, 9 * minuteMs);
  const { accessToken } = (await refresh(app, cookie)).body;
  time = after(time, 2 * minuteMs);
  return accessToken;
}

describe("a passkey that opens an account alone", () => {
  test("is registered with recovery codes, and signs in without address or password, every time", async () => {
    const { email, key, passkey, recoveryCodes, accessToken } = ada;
    expect(passkey).toMatchObject({ name: "Laptop", alone: true, asked: false, usable: true });
    expect(recoveryCodes).toHaveLength(10);
    for (let times = 0; times < 2; times += 1) {
      const signedIn = await signInBy(key);
      expect(signedIn).toMatchObject({ status: 200, cookie: expect.stringMatching(/^refresh=/) });
      expect((await getAccount(app, signedIn.body.accessToken)).body.account.email).toBe(email);
    }
    expect(await listed(accessToken)).toEqual([expect.objectContaining({ lastUsedAt: time.toISOString() })]);
    // It does not make a sign-in by password ask for a second step.
    expect((await signIn(app, email)).body.accessToken).toBeDefined();
    const second = await add(accessToken, newKey());
    expect(second.body).toMatchObject({ recoveryCodes: null });
  });

  test("PKY-06 is asked for by the setting's domain, whatever Host and X-Forwarded-Host say", async () => {
    const forged = { "x-forwarded-host": "evil.example", "x-forwarded-proto": "https" };
    const { options, headers } = await ask("/auth/passkeys/options", {}, forged);
    expect(options).toMatchObject({ rpId: "localhost", userVerification: "required", allowCredentials: [] });
    expect(headers.getSetCookie()).toEqual([
      expect.stringMatching(/^refresh-passkey=[\w.-]+; Max-Age=300; Path=\/; .*HttpOnly; SameSite=Strict$/),
    ]);
    const { accessToken } = ada;
    const registration = await ask(
      "/account/factors/passkey",
      { asked: false },
      { ...bearer(accessToken), ...forged },
    );
    expect(registration.options).toMatchObject({
      rp: { id: "localhost" },
      authenticatorSelection: { residentKey: "required", userVerification: "required" },
    });
  });

  test("PKY-06 an answer of another page, frame, site, purpose or key is refused, and opens nothing", async () => {
    const { key, accessToken } = await holder();
    const { privateKey: signedBy } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const twists: Twist[] = [
      { origin: "http://localhost:8080" },
      { origin: "https://localhost:5173" },
      { origin: "http://www.localhost:5173" },
      { origin: "http://localhost:5173.evil.example" },
      { clientData: { crossOrigin: true } },
      { clientData: { topOrigin: origin } },
      { rpId: "evil.example" },
      { type: "webauthn.create" },
      { challenge: Buffer.alloc(32).toString("base64url") },
      { userPresent: false },
      { signedBy },
    ];
    for (const twist of twists) {
      const refused = await signInBy(key, twist);
      expect([twist, ...code(refused), refused.cookie]).toEqual([twist, 401, "passkey_refused", ""]);
    }
    const ofRegistration = twists.filter((twist) => !("signedBy" in twist || "type" in twist));
    for (const twist of [...ofRegistration, { type: "webauthn.get" }])
      expect([twist, ...code(await add(accessToken, newKey(), false, twist))]).toEqual([
        twist,
        401,
        "passkey_refused",
      ]);
    expect(await listed(accessToken)).toHaveLength(1);
    expect((await signInBy(key)).status).toBe(200);
  });

  test("PKY-01 without verification it is refused by the server, at the registration and at a sign-in", async () => {
    const { key, accessToken } = ada;
    const unverified = { userVerified: false };
    expect(code(await add(accessToken, newKey(), false, unverified))).toEqual([401, "passkey_refused"]);
    expect(code(await signInBy(key, unverified))).toEqual([401, "passkey_refused"]);
    const second = newKey();
    expect((await add(accessToken, second, true, unverified)).body).toMatchObject({
      passkey: { alone: false, asked: true },
    });
    expect(code(await signInBy(second))).toEqual([401, "passkey_refused"]);
  });

  test("PKY-02 a challenge is for one purpose, one browser, one answer and 5 minutes", async () => {
    const { key, accessToken, email } = await holder();
    const other = await holder();
    const registration = await begin(accessToken);
    expect(code(await answerSignIn(key.use(registration.options), registration.kept))).toEqual([
      409,
      "passkey_ended",
    ]);
    const forSignIn = await askSignIn();
    const ended = [409, "passkey_ended"];
    const stepUp = (credential: object, kept: Record<string, string>, by = accessToken) =>
      postJson(app, "/auth/step-up", { passkey: credential }, { ...bearer(by), ...kept });
    expect(code(await stepUp(key.use(forSignIn.options), forSignIn.kept))).toEqual(ended);
    const ofOther = await ask("/auth/step-up/passkey", {}, bearer(other.accessToken));
    expect(code(await stepUp(key.use(ofOther.options), ofOther.kept))).toEqual(ended);
    const otherSession = await signIn(app, email);
    const ofSession = await ask("/auth/step-up/passkey", {}, bearer(otherSession.body.accessToken));
    expect(code(await stepUp(key.use(ofSession.options), ofSession.kept))).toEqual(ended);
    const created = await begin(other.accessToken);
    expect(code(await finish(accessToken, newKey().create(created.options), created.kept))).toEqual(ended);
    // From another browser, which has kept another challenge, or none.
    const [one, two] = [await askSignIn(), await askSignIn()];
    expect(code(await answerSignIn(key.use(one.options), two.kept))).toEqual([401, "passkey_refused"]);
    expect(code(await answerSignIn(key.use(one.options), {}))).toEqual(ended);
    // A failed try spends it.
    const tried = await askSignIn();
    expect((await answerSignIn(key.use(tried.options, { userVerified: false }), tried.kept)).status).toBe(
      401,
    );
    expect(code(await answerSignIn(key.use(tried.options), tried.kept))).toEqual(ended);
    const raced = await askSignIn();
    const answer = key.use(raced.options);
    const all = await Promise.all(Array.from({ length: 5 }, () => answerSignIn(answer, raced.kept)));
    expect(all.map(({ status }) => status).toSorted()).toEqual([200, 409, 409, 409, 409]);
    const late = await askSignIn();
    time = after(time, 5 * minuteMs + 6_000);
    expect(code(await answerSignIn(key.use(late.options), late.kept))).toEqual(ended);
  });

  test("PKY-04 a credential that is registered stays as it is, and all own ones are excluded", async () => {
    const [one, other] = [await holder(), await holder()];
    const before = await stored(one.passkey.id);
    for (const { accessToken } of [one, other]) {
      const { options, kept } = await begin(accessToken);
      const again = one.key.create({ ...options, excludeCredentials: [] });
      expect(code(await finish(accessToken, again, kept))).toEqual([409, "passkey_taken"]);
    }
    expect(await stored(one.passkey.id)).toEqual(before);
    const { options } = await begin(one.accessToken);
    expect(options.excludeCredentials?.map(({ id }) => id)).toEqual([one.key.id]);
  });

  test("PKY-05 a copy is refused by its counter, with an event; an honest key that came late goes on", async () => {
    const { key, passkey, accessToken } = await holder(5);
    expect((await signInBy(key)).status).toBe(200); // 6
    const copies = auditCount("passkey_copied");
    time = after(time, 1000); // events are in the order of time
    for (const counter of [6, 3, 0])
      expect(code(await signInBy(key, { counter }))).toEqual([401, "passkey_refused"]);
    expect((await stored(passkey.id))?.counter).toBe(6);
    expect(auditCount("passkey_copied")).toBe(copies + 3);
    const { events } = (await send(app, "GET", "/account/factors", { headers: bearer(accessToken) }))
      .body as unknown as { events: { what: string }[] };
    expect(events[0]?.what).toBe("passkey_copied");
    expect((await signInBy(key, { counter: 20 })).status).toBe(200);
    expect((await signInBy(key, { counter: 19 })).status).toBe(401);
    expect((await signInBy(key, { counter: 21 })).status).toBe(200);
    const changed = { counter: 22, backupEligible: false };
    expect(code(await signInBy(key, changed))).toEqual([401, "passkey_refused"]);
    const silent = await holder(0);
    for (let times = 0; times < 2; times += 1) expect((await signInBy(silent.key)).status).toBe(200);
  });

  test("PKY-07 what is asked for says nothing of any account", async () => {
    const { email } = ada;
    const asked: Awaited<ReturnType<typeof ask>>[] = [];
    for (const body of [{}, { email }, { email: newEmail() }])
      asked.push(await ask("/auth/passkeys/options", body));
    const shape = ({ status, options, cookie }: (typeof asked)[number]) =>
      [status, JSON.stringify({ ...options, challenge: options.challenge.length }), cookie.length] as const;
    expect(new Set(asked.map((each) => String(shape(each))))).toHaveProperty("size", 1);
  });

  test("PKY-10 a removed one is said to be unknown, one's own alone is removed, and names are one's own", async () => {
    const { key, passkey, accessToken, cookie } = await holder();
    const other = await holder();
    const path = `/account/passkeys/${passkey.id}`;
    const rename = (name: string, by = accessToken) => sendJson(app, "PATCH", path, { name }, bearer(by));
    const remove = (by: string) => send(app, "DELETE", path, { headers: bearer(by) });
    for (const name of ["", " ", "a".repeat(65), "\u0007"]) expect((await rename(name)).status).toBe(422);
    expect((await rename(" Phone 📱 ")).status).toBe(204);
    expect(code(await rename("Mine", other.accessToken))).toEqual([404, "not_found"]);
    expect((await listed(accessToken))[0]?.name).toBe("Phone 📱");
    expect(code(await remove(other.accessToken))).toEqual([404, "not_found"]);
    const weak = await unproven(cookie);
    expect(await remove(weak)).toMatchObject({ status: 403, body: { ways: ["password", "passkey"] } });
    const begun = await ask("/auth/step-up/passkey", {}, bearer(weak));
    expect(begun.options).toMatchObject({ allowCredentials: [{ id: key.id, transports: ["internal"] }] });
    const proof = { passkey: key.use(begun.options) };
    expect((await postJson(app, "/auth/step-up", proof, { ...bearer(weak), ...begun.kept })).status).toBe(
      200,
    );
    expect((await remove(weak)).status).toBe(204);
    expect(code(await signInBy(key))).toEqual([401, "passkey_unknown"]);
    expect(code(await signInBy(newKey(), { userHandle: "bm9ib2R5" }))).toEqual([401, "passkey_unknown"]);
  });

  test("WEB-07 what no authenticator made is refused as such, and nothing breaks", async () => {
    const { accessToken } = (await member(app)).body;
    const strange: Twist[] = [
      { attestationObject: deepCbor(20_000) },
      { attestationObject: Buffer.alloc(0) },
      { attestationObject: Buffer.from("bf", "hex") },
    ];
    for (const twist of strange)
      expect(code(await add(accessToken, newKey(), false, twist))).toEqual([401, "passkey_refused"]);
    const { options, kept } = await askSignIn();
    const right = newKey().use(options);
    const bodies: [object, number][] = [
      [{ ...right, id: 1 }, 400],
      [{ ...right, id: "?" }, 422],
      [{ ...right, response: null }, 400],
      [{ ...right, response: { ...right.response, signature: "a".repeat(4000) } }, 400],
      [{ ...right, response: { ...right.response, clientDataJSON: "bnVsbA" } }, 401],
    ];
    for (const [credential, status] of bodies)
      expect([credential, (await answerSignIn(credential, kept)).status]).toEqual([credential, status]);
  });
});

describe("a passkey as a second factor", () => {
  test("PKY-01 is asked for after the password if it was registered so, and counts as one factor", async () => {
    const { email, body, cookie } = await member(app);
    const other = await signIn(app, email);
    const key = newKey();
    const added = await add(body.accessToken, key, true, { userVerified: false });
    const { recoveryCodes } = added.body as unknown as Added;
    expect((await getAccount(app, other.body.accessToken)).status).toBe(401); // it did not prove it
    const first = await challenge(app, email);
    expect(first).toMatchObject({ cookie: "", factors: ["recovery", "passkey"] });
    const begun = await ask("/auth/mfa/passkey", { token: first.token });
    expect(begun.options).toMatchObject({ allowCredentials: [{ id: key.id }] });
    const { userHandle: _, ...response } = key.use(begun.options, { userVerified: false }).response;
    const passkey = { id: key.id, response };
    const done = await postJson(app, "/auth/mfa", { token: first.token, passkey }, begun.kept);
    expect(done.status).toBe(200);
    const byCode = await challenge(app, email);
    const recovered = await postJson(app, "/auth/mfa", {
      token: byCode.token,
      recoveryCode: recoveryCodes![0],
    });
    expect(recovered.status).toBe(200);
    const weak = await unproven(cookie);
    const remove = () =>
      send(app, "DELETE", `/account/passkeys/${(added.body as unknown as Added).passkey.id}`, {
        headers: bearer(weak),
      });
    expect(await remove()).toMatchObject({ status: 403, body: { ways: ["password", "recovery", "key"] } });
    expect((await postJson(app, "/auth/step-up", { password: goodPassword }, bearer(weak))).status).toBe(200);
    expect(await remove()).toMatchObject({ status: 403, body: { ways: ["recovery", "key"] } });
    const again = await ask("/auth/step-up/passkey", {}, bearer(weak));
    const proof = { passkey: key.use(again.options, { userVerified: false }) };
    expect((await postJson(app, "/auth/step-up", proof, { ...bearer(weak), ...again.kept })).status).toBe(
      200,
    );
    expect((await remove()).status).toBe(204);
    expect((await signIn(app, email)).body.accessToken).toBeDefined();
  });

  test("PKY-02 another sign-in's challenge, another account's passkey and a copy complete nothing", async () => {
    const { email, body } = await member(app);
    const key = newKey();
    await add(body.accessToken, key, true);
    const stranger = await holder();
    const [one, two] = [await challenge(app, email), await challenge(app, email)];
    const ofOne = await ask("/auth/mfa/passkey", { token: one.token });
    const complete = (token: string, passkey: object, kept: Record<string, string>) =>
      postJson(app, "/auth/mfa", { token, passkey }, kept);
    expect(code(await complete(two.token, key.use(ofOne.options), ofOne.kept))).toEqual([
      409,
      "passkey_ended",
    ]);
    const begun = await ask("/auth/mfa/passkey", { token: two.token });
    expect(code(await complete(two.token, stranger.key.use(begun.options), begun.kept))).toEqual([
      401,
      "passkey_unknown",
    ]);
    const copied = await ask("/auth/mfa/passkey", { token: two.token });
    const copy = key.use(copied.options, { counter: 1 });
    expect(code(await complete(two.token, copy, copied.kept))).toEqual([401, "passkey_refused"]);
    const last = await ask("/auth/mfa/passkey", { token: two.token });
    expect((await complete(two.token, key.use(last.options), last.kept)).status).toBe(200);
    expect(code(await ask("/auth/mfa/passkey", { token: two.token }))).toEqual([401, "challenge_over"]);
  });

  test("stands beside an authenticator app, whose recovery codes stay with it", async () => {
    const { email, accessToken, key, recoveryCodes } = await holder();
    const { secret, recoveryCodes: replaced } = await enrol(app, accessToken, time);
    const { factors } = await challenge(app, email);
    expect([factors, replaced[0] === recoveryCodes![0]]).toEqual([["totp", "recovery", "passkey"], false]);
    time = after(time, 30_000);
    await postJson(app, "/auth/step-up", { code: shownCode(secret, time) }, bearer(accessToken));
    const removed = await send(app, "DELETE", "/account/factors/totp", { headers: bearer(accessToken) });
    expect(removed.status).toBe(204);
    const { body } = await send(app, "GET", "/account/factors", { headers: bearer(accessToken) });
    expect(body).toMatchObject({ totp: null, recoveryCodes: { left: 10 } });
    expect((await signInBy(key)).status).toBe(200);
  });
});

test("PKY-11 an account that a passkey alone opens is opened by mail with a recovery code, and not by mail alone", async () => {
  const { email, id, key, cookie, recoveryCodes } = await passkeyOnly();
  const [first = "", second = ""] = recoveryCodes;
  const password = "another long password";
  const mailed = async () => {
    time = after(time, 60 * minuteMs);
    expect((await postJson(app, "/auth/forgot", { email })).status).toBe(204);
    return mailedCode(app, email);
  };
  const reset = async (body: object) =>
    code(await postJson(app, "/auth/reset", { email, password, ...body }));
  const digits = await mailed();
  const wrong = [403, "bad_code"];
  expect(await reset({ code: digits })).toEqual(wrong);
  expect(await reset({ code: digits, recoveryCode: "AAAAA-AAAAA" })).toEqual(wrong);
  expect(await reset({ code: digits, recoveryCode: first })).toEqual(wrong); // that code was spent by the guess
  expect(await reset({ code: "123456789012", recoveryCode: first })).toEqual(wrong);
  expect((await refresh(app, cookie)).status).toBe(200);
  expect(await signIn(app, email, password)).toMatchObject({ status: 401, cookie: "" });
  expect((await signInBy(key)).status).toBe(200);

  expect(await reset({ code: await mailed(), recoveryCode: first })).toEqual([204, undefined]);
  expect((await refresh(app, cookie)).status).toBe(401);
  const { accessToken } = (await signIn(app, email, password)).body;
  const { body } = await send(app, "GET", "/account/factors", { headers: bearer(accessToken) });
  expect(body).toMatchObject({
    recoveryCodes: { left: 9 },
    events: [{ what: "recovery_code_used" }, { what: "passkey_added" }],
  });
  expect(app.audit()).toContainEqual(expect.objectContaining({ audit: "recovery_code_used", accountId: id }));
  expect((await signInBy(key)).status).toBe(200);

  // With a password the account asks for none: it is not spent.
  expect(await reset({ code: await mailed(), recoveryCode: second })).toEqual([204, undefined]);
  const [rows] = await app.pool.query("SELECT hash FROM recovery_codes WHERE account_id = ?", [id]);
  expect(rows).toHaveLength(9);
});

test("PKY-09 under another name of the site a passkey does not work and says so, and back again it works", async () => {
  const { key, accessToken, passkey } = await holder();
  const renamed = await startAgain(
    app,
    { siteOrigins: ["https://www.tintype.example"] },
    { now: () => time },
  );
  try {
    const site = { ...app, url: renamed.url };
    const { body } = await send(site, "GET", "/account/passkeys", { headers: bearer(accessToken) });
    expect(body.items).toMatchObject([{ id: passkey.id, usable: false }]);
    const asked = await postJson(site, "/auth/passkeys/options", {});
    const { options } = asked.body as unknown as { options: Asked };
    expect(options.rpId).toBe("www.tintype.example");
    // A browser would not even find it there.
    const refused = await postJson(
      site,
      "/auth/passkeys",
      { credential: key.use(options) },
      { cookie: asked.cookie },
    );
    expect(refused).toMatchObject({ status: 401, cookie: "" });
  } finally {
    await renamed.close();
  }
  expect(await listed(accessToken)).toMatchObject([{ id: passkey.id, usable: true }]);
  expect((await signInBy(key)).status).toBe(200);
});

test("PKY-11 on a site without a domain every route refuses with a code, and the page is informed", async () => {
  const plain = await startAgain(app, { siteOrigins: ["http://203.0.113.7"] });
  try {
    const site = { ...app, url: plain.url };
    const off = [409, "passkeys_off"];
    const { options, kept } = await askSignIn();
    const credential = newKey().use(options);
    expect(code(await postJson(site, "/auth/passkeys/options", {}))).toEqual(off);
    expect(code(await postJson(site, "/auth/passkeys", { credential }, kept))).toEqual(off);
    expect((await send(site, "GET", "/settings")).body).toMatchObject({ passkeys: false });
    expect((await send(app, "GET", "/settings")).body).toMatchObject({ passkeys: true });
  } finally {
    await plain.close();
  }
});
