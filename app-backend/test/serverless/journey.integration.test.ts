import { randomUUID } from "node:crypto";
import { ConfirmSignUpCommand, SignUpCommand } from "@aws-sdk/client-cognito-identity-provider";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { dynamodbLimits } from "../../src/adapters/dynamodb/limits.ts";
import { dynamodb } from "../../src/adapters/dynamodb/requests.ts";
import { limits as rules } from "../../src/domain/limit.ts";
import { faults, mailedCode } from "../adapters/cognito/test-pool.ts";
import { rawDynamodb } from "../adapters/dynamodb/stores.ts";
import {
  type Answer,
  bearer,
  getAccount,
  goodPassword,
  listSessions,
  newEmail,
  postJson,
  refresh,
  register,
  send,
  sendJson,
  signIn,
  signOut,
} from "../client.ts";
import { challenge, enrol, shownCode } from "../authenticator.ts";
import { onePixelPng } from "../images.ts";
import { comeBack, navigate, signInBy } from "../sign-in-by-provider.ts";
import { clientId, clientSecret, startProvider, type TestProvider } from "../test-provider.ts";
import { type Asked, softwareAuthenticator } from "../software-authenticator.ts";
import { leastMailMs, startServerless, type TestServerless } from "../serverless-app.ts";
import { announceMedia, completeMedia, sound, uploadMedia } from "../media-uploads.ts";
import { addImage, announce, complete, put, registerBy, sendPicture } from "../uploads.ts";

const next = "a much better one";

let stack: TestServerless;
let app: TestServerless["app"];
let provider: TestProvider;

let laterMs = 0;
const clock = () => new Date(Date.now() + laterMs);

beforeAll(async () => {
  provider = await startProvider();
  const providers = { setting: `test,${provider.issuer},${clientId}`, secret: clientSecret };
  stack = await startServerless({ clock, providers });
  app = stack.app;
});
afterEach(() => faults());
afterAll(async () => {
  await stack.close();
  provider.close();
});

async function join(email = newEmail()): Promise<string> {
  const registered = await registerBy(app, await sendPicture(app, onePixelPng), { email });
  expect(registered.status).toBe(201);
  return email;
}

const confirm = async (email: string) =>
  postJson(app, "/auth/confirm", { email, code: (await mailedCode(email))! });

/** A confirmed account with one session. */
async function member(): Promise<Answer & { email: string }> {
  const email = await join();
  expect((await confirm(email)).status).toBe(204);
  const signedIn = await signIn(app, email);
  expect(signedIn.status).toBe(200);
  return { email, ...signedIn };
}

const newPerson = () => ({ sub: randomUUID(), email: newEmail(), email_verified: true });

describe("the serverless stack, in one process", () => {
  test("an account is made, confirmed, used and left", async () => {
    const email = await join();
    expect(await confirm(email)).toMatchObject({ status: 204 });
    const { body, cookie } = await signIn(app, email);
    expect(body.account).toMatchObject({ email, confirmed: true });
    expect(cookie).toMatch(/^__Host-refresh=/);
    const image = await addImage(app, body.accessToken);
    expect(image).toMatchObject({ mine: true, width: 1, height: 1 });
    expect((await fetch(image.imageUrl)).status).toBe(200);
    const listed = await send(app, "GET", "/images", { headers: bearer(body.accessToken) });
    expect(listed.body.items.map(({ id }) => id)).toEqual([image.id]);
    const refreshed = await refresh(app, cookie);
    expect(refreshed.status).toBe(200);
    expect((await signOut(app, cookie)).status).toBe(204);
    expect((await getAccount(app, refreshed.body.accessToken)).status).toBe(401);
    expect((await refresh(app, cookie)).status).toBe(401);
  });

  test("SLS-35 after a rotation of the secrets the next request is answered, and no one is signed out", async () => {
    const { body, cookie } = await member();
    laterMs += 11_000;
    await stack.rotate();
    expect((await getAccount(app, body.accessToken)).status).toBe(200);
    expect((await refresh(app, cookie)).status).toBe(200);
  });

  test("an account that is not confirmed may be used where that is optional", async () => {
    const email = await join();
    expect(await signIn(app, email)).toMatchObject({ status: 200, body: { account: { confirmed: false } } });
    expect((await signIn(app, email, next)).status).toBe(401);
    expect((await registerBy(app, await sendPicture(app, onePixelPng), { email })).status).toBe(409);
  });

  test("SESS-09 a new password ends all sessions except the caller's, and voids the reset code", async () => {
    const { email, body, cookie } = await member();
    const other = await signIn(app, email);
    expect((await postJson(app, "/auth/forgot", { email })).status).toBe(204);
    const code = await mailedCode(email);
    const change = { current: goodPassword, next };
    const headers = bearer(body.accessToken);
    expect((await postJson(app, "/auth/password", change, headers)).status).toBe(204);
    expect((await getAccount(app, other.body.accessToken)).status).toBe(401);
    expect((await refresh(app, cookie)).status).toBe(200);
    const reset = { email, code, password: goodPassword };
    expect((await postJson(app, "/auth/reset", reset)).status).toBe(403);
    expect((await signIn(app, email, next)).status).toBe(200);
  });

  test("a forgotten password is replaced by a mailed code, also before the address was confirmed", async () => {
    for (const email of [(await member()).email, await join()]) {
      expect((await postJson(app, "/auth/forgot", { email })).status).toBe(204);
      const reset = { email, code: await mailedCode(email), password: next };
      expect((await postJson(app, "/auth/reset", reset)).status).toBe(204);
      expect(await signIn(app, email, next)).toMatchObject({
        status: 200,
        body: { account: { confirmed: true } },
      });
      expect((await signIn(app, email)).status).toBe(401);
    }
  });

  test("a removed account leaves its address free, no identity and no media", async () => {
    const { email, body } = await member();
    const uploaded = await uploadMedia(app, body.accessToken, sound());
    expect(uploaded).toMatchObject({ status: 200, body: { media: { state: "stored", kind: "audio" } } });
    const files = await send(app, "GET", "/media", { headers: bearer(body.accessToken) });
    expect(files.body.items).toEqual([{ ...uploaded.body.media, uses: 0 }]);
    const headers = { ...bearer(body.accessToken), origin: app.siteOrigin };
    const removed = await sendJson(app, "DELETE", "/auth/remove", { password: goodPassword }, headers);
    expect(removed.status).toBe(204);
    expect((await getAccount(app, body.accessToken)).status).toBe(401);
    await expect(stack.pool.tokens(email, goodPassword)).rejects.toThrow();
    expect(JSON.stringify(await stack.tables.items())).not.toContain(uploaded.body.media.id);
    await join(email);
  });

  test("SLS-33 a form is refused, and names the way by JSON", async () => {
    const { status, body } = await register(app);
    expect(status).toBe(415);
    expect(body.code).toBe("json_required");
    expect(body.errors?.[0]?.message).toContain("POST /api/auth/register/upload");
  });

  test("SLS-11 a registration that was stopped before its record can be repeated", async () => {
    const email = newEmail();
    const { config, idp } = stack.pool;
    await idp.send(new SignUpCommand({ ClientId: config.clientId, Username: email, Password: next }));
    await join(email);
    expect((await confirm(email)).status).toBe(204);
    expect((await signIn(app, email)).status).toBe(200);
    expect((await signIn(app, email, next)).status).toBe(401);
  });
});

describe("a bearer of the user pool", () => {
  test("SLS-14 opens a session, which is listed and ends at once", async () => {
    const { email, body } = await member();
    const { access } = await stack.pool.tokens(email, goodPassword);
    expect((await getAccount(app, access)).body.account.email).toBe(email);
    const [own] = (await listSessions(app, access)).body.items.filter(({ current }) => current);
    const ended = await send(app, "DELETE", `/auth/sessions/${own!.id}`, {
      headers: bearer(body.accessToken),
    });
    expect(ended.status).toBe(204);
    for (const _ of [1, 2]) expect((await getAccount(app, access)).status).toBe(401);
    expect((await getAccount(app, body.accessToken)).status).toBe(200);
  });

  test("SLS-14 ends at once with all sessions, before its first use too", async () => {
    const { email, cookie } = await member();
    const [used, unused] = [
      await stack.pool.tokens(email, goodPassword),
      await stack.pool.tokens(email, goodPassword),
    ];
    expect((await getAccount(app, used.access)).status).toBe(200);
    expect((await signOut(app, cookie, "?everywhere=true")).status).toBe(204);
    for (const { access } of [used, unused, used]) expect((await getAccount(app, access)).status).toBe(401);
  });

  test("SLS-14 an ID token is refused, and so is a token of another client", async () => {
    const { email } = await member();
    const { id } = await stack.pool.tokens(email, goodPassword);
    const other = await stack.pool.tokens(email, goodPassword, await stack.pool.addClient());
    for (const token of [id, other.access]) expect((await getAccount(app, token)).status).toBe(401);
  });
});

describe("a second factor", () => {
  test("MFA-26, MFA-23 is ours: a code or a recovery code opens a session once, and no token of the pool does", async () => {
    const { email, body } = await member();
    const { access } = await stack.pool.tokens(email, goodPassword);
    expect((await getAccount(app, access)).status).toBe(200);
    const { secret, recoveryCodes } = await enrol(app, body.accessToken, clock());
    const later = await stack.pool.tokens(email, goodPassword);
    for (const token of [access, later.access]) expect((await getAccount(app, token)).status).toBe(401);
    laterMs += 30_000;
    const code = shownCode(secret, clock());
    const [first, second] = [await challenge(app, email), await challenge(app, email)];
    const opened = await postJson(app, "/auth/mfa", { token: first.token, code });
    expect(opened.status).toBe(200);
    expect((await getAccount(app, opened.body.accessToken)).status).toBe(200);
    const again = await postJson(app, "/auth/mfa", { token: second.token, code });
    expect(again).toMatchObject({ status: 401, body: { code: "wrong_code" } });
    const recovery = { token: second.token, recoveryCode: recoveryCodes[0] };
    expect((await postJson(app, "/auth/mfa", recovery)).status).toBe(200);

    // MFA-23: the operator's way back.
    const { resetFactor } = stack.jobs();
    expect(await resetFactor("'; --")).toBeUndefined();
    expect(await resetFactor(email.toUpperCase())).toMatchObject({ factors: ["totp"], recoveryCodes: 9 });
    for (const token of [access, later.access, opened.body.accessToken])
      expect((await getAccount(app, token)).status).toBe(401);
    expect(await resetFactor(email)).toMatchObject({ factors: [], challenges: 0, sessions: 0 });
    expect((await signIn(app, email)).body.accessToken).toBeDefined();
    expect(stack.lines().filter(({ audit }) => audit === "factors_reset")).toHaveLength(1);
  });
});

describe("a sign-in provider", () => {
  test("IDP-01 opens a session through the gateway, by cookies alone", async () => {
    const person = newPerson();
    const left = await navigate(app, "/auth/oidc/test?next=/gallery");
    expect(left.cookies).toEqual([
      expect.stringMatching(/^__Host-refresh-provider=.*; Secure; SameSite=Lax$/),
    ]);
    expect(new URL(left.location).searchParams.get("redirect_uri")).toBe(
      `${app.siteOrigin}/api/auth/oidc/test/callback`,
    );
    const landed = await comeBack(app, provider.signIn(left.location, person), left.flow);
    expect(landed).toMatchObject({ status: 302, location: "/gallery?signed-in" });
    expect(landed.cookies).toEqual([
      expect.stringMatching(/^__Host-refresh-provider=; .*Expires=Thu, 01 Jan 1970/),
      expect.stringMatching(/^__Host-refresh=[\w.-]+; .*SameSite=Strict$/),
    ]);
    const { account } = (await refresh(app, landed.cookie)).body;
    expect(account).toMatchObject({ email: person.email, confirmed: true });
    const again = await refresh(app, (await signInBy(app, provider, person)).cookie);
    expect(again.body.account.id).toBe(account.id);
  });

  test("IDP-05 makes no account of an address that it has not proven: the pool could mail no code", async () => {
    const landed = await signInBy(app, provider, { ...newPerson(), email_verified: "true" });
    expect(landed).toMatchObject({ location: "/signin?failed=email", cookie: "" });
  });

  test("IDP-14 leaves an account that no user of the pool opens, until it has its first password", async () => {
    const { email, ...person } = newPerson();
    const { cookie } = await signInBy(app, provider, { ...person, email });
    const { accessToken, account } = (await refresh(app, cookie)).body;
    expect((await postJson(app, "/auth/forgot", { email })).status).toBe(204);
    expect(await mailedCode(email)).toBeUndefined();

    // Its address is free at the pool, where anyone can make a user.
    const { idp, config } = stack.pool;
    await idp.send(new SignUpCommand({ ClientId: config.clientId, Username: email, Password: goodPassword }));
    const ConfirmationCode = (await mailedCode(email))!;
    await idp.send(
      new ConfirmSignUpCommand({ ClientId: config.clientId, Username: email, ConfirmationCode }),
    );
    expect((await signIn(app, email)).status).toBe(401);

    const set = await postJson(app, "/auth/password", { next }, bearer(accessToken));
    expect(set.status).toBe(204);
    expect((await signIn(app, email)).status).toBe(401);
    expect((await signIn(app, email, next)).body.account.id).toBe(account.id);
    const headers = { ...bearer(accessToken), origin: app.siteOrigin };
    expect((await sendJson(app, "DELETE", "/auth/remove", { password: next }, headers)).status).toBe(204);
    expect((await signInBy(app, provider, { ...person, email })).location).toBe("/?signed-in");
  });
});

test("PKY-11 an account that a passkey alone opens is opened by mail with a recovery code, and not by mail alone", async () => {
  const person = newPerson();
  const { cookie } = await signInBy(app, provider, person);
  const { accessToken } = (await refresh(app, cookie)).body;
  const key = softwareAuthenticator({ origin: app.siteOrigin });
  const begun = await postJson(app, "/account/factors/passkey", { asked: false }, bearer(accessToken));
  const { options } = begun.body as unknown as { options: Asked };
  const credential = key.create(options);
  const headers = { ...bearer(accessToken), cookie: begun.cookie, origin: app.siteOrigin };
  const added = await postJson(app, "/account/passkeys", { name: "Laptop", credential }, headers);
  const { recoveryCodes } = added.body as unknown as { recoveryCodes: string[] };
  const { body } = await send(app, "GET", "/account/identities", { headers });
  const [identity] = body.items as unknown as { id: string }[];
  expect((await send(app, "DELETE", `/account/identities/${identity!.id}`, { headers })).status).toBe(204);

  const { email } = person;
  const mailed = async () => {
    laterMs += 3_600_000;
    expect((await postJson(app, "/auth/forgot", { email })).status).toBe(204);
    return (await mailedCode(email))!;
  };
  const reset = async (given: object) =>
    (await postJson(app, "/auth/reset", { email, password: next, ...given })).status;
  const code = await mailed();
  expect(await reset({ code })).toBe(403);
  expect(await reset({ code, recoveryCode: "AAAAA-AAAAA" })).toBe(403);
  expect((await signIn(app, email, next)).status).toBe(401);
  expect((await refresh(app, cookie)).status).toBe(200);
  const [recoveryCode] = recoveryCodes;
  expect(await reset({ code: await mailed(), recoveryCode })).toBe(204);
  expect((await refresh(app, cookie)).status).toBe(401);
  const signedIn = await signIn(app, email, next);
  const factors = await send(app, "GET", "/account/factors", { headers: bearer(signedIn.body.accessToken) });
  expect(factors.body).toMatchObject({ recoveryCodes: { left: 9 } });
  // As a deploy asks that changes the site's name.
  expect(await stack.jobs().countPasskeys()).toEqual({ [new URL(app.siteOrigin).hostname]: 1 });
  laterMs = 0;
});

describe("SLS-12 while the user pool is away", () => {
  test("sessions go on, and what needs it is unavailable and not counted", async () => {
    const { email, body, cookie } = await member();
    await faults({ action: "*", error: "ServiceUnavailable" });
    expect((await refresh(app, cookie)).status).toBe(200);
    expect((await getAccount(app, body.accessToken)).status).toBe(200);
    expect((await addImage(app, body.accessToken)).mine).toBe(true);
    for (let attempt = 0; attempt < 8; attempt += 1) {
      const refused = await signIn(app, email, goodPassword, { "x-forwarded-for": "203.0.113.80" });
      expect(refused.status).toBe(503);
      expect(refused.headers.get("retry-after")).toBe("5");
    }
    const registered = await registerBy(app, await sendPicture(app, onePixelPng));
    expect(registered.status).toBe(503);
    expect((await signOut(app, cookie)).status).toBe(204);
    await faults();
    const back = await signIn(app, email, goodPassword, { "x-forwarded-for": "203.0.113.80" });
    expect(back.status).toBe(200);
    expect(stack.lines().filter(({ msg }) => msg === "bug")).toEqual([]);
  });

  test("a code is asked for all the same, and its mail is counted as unsent", async () => {
    const { email } = await member();
    await faults({ action: "ForgotPassword", error: "LimitExceededException" });
    for (const address of [email, newEmail()]) {
      const startedAt = performance.now();
      expect((await postJson(app, "/auth/forgot", { email: address })).status).toBe(204);
      // AUTH-05: the answer waits for the mail, and must not show whether there was one.
      expect(performance.now() - startedAt).toBeGreaterThan(leastMailMs);
    }
    expect(stack.lines().filter((line) => line["UnsentMail"] === 1)).toHaveLength(1);
  });
});

describe("the function that processes images", () => {
  test.each(["throttled", "stopped"] as const)(
    "may be %s: the upload stays, and can be completed",
    async (fault) => {
      const { body } = await member();
      const announced = await announce(app, body.accessToken, onePixelPng);
      await put(announced, onePixelPng);
      const { id } = announced.body.image;
      stack.failImages(fault);
      expect((await complete(app, body.accessToken, id)).status).toBe(503);
      stack.failImages(undefined);
      expect((await complete(app, body.accessToken, id)).body.image.id).toBe(id);
    },
  );

  test.each(["image", "media"] as const)(
    "SLS-43 completes one %s at a time, and few of an account",
    async (kind) => {
      const { body } = await member();
      const file = kind === "image" ? onePixelPng : sound();
      const { client, names: tables } = stack.tables;
      const limits = dynamodbLimits({ db: dynamodb({ client, tables }), newId: randomUUID });
      const taken = (subject: string) => limits.consume(rules.completion, subject, clock());
      const announced = await (kind === "image" ? announce : announceMedia)(app, body.accessToken, file);
      await put(announced, file);
      const { id } = announced.body[kind];
      const completing = () => (kind === "image" ? complete : completeMedia)(app, body.accessToken, id);
      const slots = [0, 1, 2, 3].map((slot) => `${body.account.id} ${slot}`);
      for (const subjects of [[id], slots]) {
        for (const subject of subjects) await taken(subject);
        const refused = await completing();
        expect(refused.status).toBe(429);
        expect(refused.headers.get("retry-after")).toBe("5");
        await limits.clear(rules.completion, subjects[0]!);
      }
      expect((await completing()).status).toBe(200);
      for (const subject of [id, slots[0]!]) expect(await taken(subject)).toBe(0); // it has freed what it took
    },
  );

  test("UPL-29 reports a truncated picture as damaged", async () => {
    const { body } = await member();
    const image = onePixelPng.subarray(0, onePixelPng.length - 20);
    const announced = await announce(app, body.accessToken, image);
    await put(announced, image);
    const refused = await complete(app, body.accessToken, announced.body.image.id);
    expect(refused).toMatchObject({ status: 422, body: { code: "damaged_image" } });
  });
});

describe("jobs", () => {
  test("find nothing where nothing is wrong", async () => {
    const { run } = stack.jobs();
    expect(await run("remove-abandoned", false)).toMatchObject({ abandoned: 0, emptied: 0, faults: 0 });
    expect(await run("integrity", false)).toMatchObject({ removed: 0, faults: 0 });
    await expect(run("constructor", false)).rejects.toThrow('There is no job "constructor".');
  });

  test("AUTH-30 remove the projects of an account that the release before has removed, and no other's", async () => {
    const raw = rawDynamodb(stack.tables);
    const [removed, other] = [randomUUID(), await raw.addAccount()];
    for (const accountId of [removed, other]) {
      const [id, mediaId] = [randomUUID(), randomUUID()];
      const [notesKey, objectKey] = [
        `notes/${accountId}/${id}/a/b.json`,
        `media/${accountId}/${mediaId}/a.mp3`,
      ];
      await raw.addMedia({ id: mediaId, accountId, sha256: mediaId, objectKey, keptUntil: clock() });
      await raw.addProject({ id, accountId, notesKey, mediaId });
      for (const Key of [notesKey, objectKey])
        await stack.bucket.client.send(
          new PutObjectCommand({ Bucket: stack.bucket.config.bucket, Key, Body: "one" }),
        );
    }
    const left = async (accountId: string) => {
      const items = await stack.tables.items([stack.tables.names.records]);
      const names = [...items.map(({ pk }) => pk!.S!), ...(await stack.bucket.keys())];
      return names.filter((name) => name.includes(accountId)).length;
    };
    expect([await left(removed), await left(other)]).toEqual([7, 9]);
    laterMs = 2 * 3_600_000;
    const { run } = stack.jobs();
    await run("integrity", false);
    expect([await left(removed), await left(other)]).toEqual([7, 9]);
    await run("integrity", true);
    laterMs = 0;
    expect([await left(removed), await left(other)]).toEqual([0, 9]);
  });
});

test("SLS-39 each line of the log is one object, with the id of its request and no address of anyone", async () => {
  const { email } = await member();
  await signIn(app, email, "wrong password");
  const requests = stack.lines().filter(({ msg }) => msg === "request");
  expect(requests.length).toBeGreaterThan(4);
  for (const line of requests) expect(line["requestId"]).toMatch(/^[0-9a-f-]{36}$/);
  const text = stack.logLines.join("\n");
  for (const personal of ["@example.org", stack.proof, goodPassword]) expect(text).not.toContain(personal);
});
