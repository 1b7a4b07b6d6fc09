import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { RowDataPacket } from "mysql2/promise";
import { startApp, type TestApp } from "../app.ts";
import {
  appendImage,
  bearer,
  getAccount,
  goodPassword,
  listSessions,
  member,
  postJson,
  refresh,
  register,
  send,
  sendJson,
  signIn,
} from "../client.ts";
import { accepted, refused } from "../images.ts";
import { statementCounter } from "../statement-counter.ts";

let app: TestApp;

let statements: Awaited<ReturnType<typeof statementCounter>>;

beforeAll(async () => {
  statements = await statementCounter();
  app = await startApp({ route: statements.route });
});
afterAll(async () => {
  await app.close();
  statements.close();
});

const wrongPassword = (field: string) => ({
  status: 403,
  body: { code: "wrong_password", errors: [{ field }] },
});

const patch = (token: string, value: unknown) => sendJson(app, "PATCH", "/account", value, bearer(token));
const remove = (token: string, password: string, origin = app.siteOrigin) =>
  sendJson(app, "DELETE", "/auth/remove", { password }, { ...bearer(token), origin });
const changePassword = (token: string, current: string, next: string) =>
  postJson(app, "/auth/password", { current, next }, bearer(token));

function putImage(token: string, image: Uint8Array | undefined, label?: string) {
  const body = new FormData();
  appendImage(body, image, label);
  return send(app, "PUT", "/account/image", { headers: bearer(token), body });
}

test("the account and its session are read by one statement", async () => {
  const { accessToken, account } = (await member(app)).body;
  await getAccount(app, accessToken); // the statement is prepared
  const before = statements.count();
  expect((await getAccount(app, accessToken)).body.account.id).toBe(account.id);
  expect(statements.count() - before).toBe(1);
});

describe("the profile", () => {
  test("changes the fields of the body and keeps the rest", async () => {
    const { body } = await member(app);
    await patch(body.accessToken, { username: "ada", firstName: "Ada", lastName: "Lovelace" });
    const answer = await patch(body.accessToken, { firstName: "  Augusta Ada " });
    expect(answer.body.account).toMatchObject({
      username: "ada",
      firstName: "Augusta Ada",
      lastName: "Lovelace",
    });
    expect((await getAccount(app, body.accessToken)).body).toEqual(answer.body);
  });

  test.each([[""], [null], ["   "]])("is cleared by %j", async (username) => {
    const { body } = await member(app);
    await patch(body.accessToken, { username: "ada" });
    expect((await patch(body.accessToken, { username })).body.account.username).toBeNull();
  });

  test.each([
    [{ username: "x".repeat(65) }, 422],
    [{ firstName: "a\u0000b" }, 422],
    [{ lastName: "\u202Eevil" }, 422],
    [{ username: 7 }, 400],
    [{ username: { $ne: 1 } }, 400],
    [[], 400],
  ])("AUTH-17 refuses %j with %i", async (value, status) => {
    const { body } = await member(app);
    expect((await patch(body.accessToken, value)).status).toBe(status);
  });

  test("AUTH-18 ignores unknown fields", async () => {
    const { body, email } = await member(app);
    const extra = { id: "x", email: "other@example.org", confirmed: true, passwordHash: "x", role: "admin" };
    const answer = await patch(body.accessToken, { username: "ada", ...extra });
    expect(answer.body.account).toEqual({ ...body.account, username: "ada", imageUrl: expect.any(String) });
    expect((await signIn(app, email)).status).toBe(200);
  });
});

describe("the picture", () => {
  test("is replaced, and the one before is gone", async () => {
    const { body } = await member(app);
    const before = await keysOf(body.account.id);
    const answer = await putImage(body.accessToken, accepted["image/gif"]);
    expect(answer.status).toBe(200);
    const after = await keysOf(body.account.id);
    expect(after).toEqual([expect.stringMatching(/\.gif$/)]);
    expect(after).not.toEqual(before);
    expect(answer.body.account.imageUrl).toContain(after[0]);
  });

  test("stays if the upload is no picture", async () => {
    const { body } = await member(app);
    const before = await keysOf(body.account.id);
    expect(await putImage(body.accessToken, refused["DOCX"])).toMatchObject({ status: 415 });
    expect(await putImage(body.accessToken, undefined)).toMatchObject({ status: 400 });
    expect(await keysOf(body.account.id)).toEqual(before);
  });

  test("replaced 6 times at once ends as one picture, and no other object is left", async () => {
    const { body } = await member(app);
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => putImage(body.accessToken, accepted["image/png"])),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200]);
    const keys = await keysOf(body.account.id);
    expect(keys).toHaveLength(1);
    expect((await getAccount(app, body.accessToken)).body.account.imageUrl).toContain(keys[0]);
    expect((await app.bucket.keys()).filter((key) => key.startsWith("incoming/"))).toEqual([]);
  });
});

describe("new pictures of an account", () => {
  test("are limited to 20 at once, whether they succeed or fail", async () => {
    const { accessToken } = (await member(app)).body;
    const put = () => send(app, "PUT", "/account/image", { headers: bearer(accessToken) });
    for (let count = 0; count < 20; count += 1) expect((await put()).status).toBe(400);
    expect(await put()).toMatchObject({ status: 429, body: { code: "too_many_requests" } });
  });
});

describe("the password", () => {
  const next = "another good one";

  test("AUTH-16 changes with the old one: the other sessions end, this one stays", async () => {
    const { email, cookie, body } = await member(app);
    const other = await signIn(app, email);
    expect((await changePassword(body.accessToken, goodPassword, next)).status).toBe(204);
    expect((await getAccount(app, body.accessToken)).status).toBe(200);
    expect((await refresh(app, cookie)).status).toBe(200);
    expect((await getAccount(app, other.body.accessToken)).status).toBe(401);
    expect((await refresh(app, other.cookie)).status).toBe(401);
    expect((await signIn(app, email, next)).status).toBe(200);
  });

  test("AUTH-16 does not change for a stolen access token", async () => {
    const { email, body } = await member(app);
    expect(await changePassword(body.accessToken, "a guess", next)).toMatchObject(wrongPassword("current"));
    expect((await signIn(app, email)).status).toBe(200);
  });

  test("cannot be guessed with a stolen access token: tries are limited", async () => {
    const { body } = await member(app);
    const guess = () => changePassword(body.accessToken, "a guess", next);
    const codes = [];
    for (let tries = 0; tries < 6; tries += 1) codes.push((await guess()).status);
    expect(codes).toEqual([403, 403, 403, 403, 403, 429]);
  });

  test.each([["short"], ["iloveyou"], ["tintype123"]])("AUTH-03 does not become %j", async (weak) => {
    const { body } = await member(app);
    expect(await changePassword(body.accessToken, goodPassword, weak)).toMatchObject({
      status: 422,
      body: { code: "invalid_input", errors: [{ field: "next" }] },
    });
  });

  test("AUTH-03 does not become one's own address", async () => {
    const { email, body } = await member(app);
    const [local = ""] = email.split("@");
    for (const weak of [email, `${local}!1`]) {
      expect((await changePassword(body.accessToken, goodPassword, weak)).status).toBe(422);
    }
    expect((await register(app, { email: `x${email}`, password: `x${local}` })).status).toBe(422);
  });
});

describe("sessions", () => {
  test("SESS-18 are listed with device and address, the caller's marked", async () => {
    const { email, body } = await member(app);
    const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
    await signIn(app, email, goodPassword, { "user-agent": firefox, "x-forwarded-for": "203.0.113.9" });
    const { items } = (await listSessions(app, body.accessToken)).body;
    expect(items).toHaveLength(2);
    expect(items.filter(({ current }) => current)).toHaveLength(1);
    expect(items.find(({ current }) => !current)).toMatchObject({
      device: "Firefox on Linux",
      address: "203.0.113.9",
    });
  });

  test("end one by one, and at once", async () => {
    const { email, body } = await member(app);
    const other = await signIn(app, email);
    const { items } = (await listSessions(app, other.body.accessToken)).body;
    const first = items.find(({ current }) => !current)!;
    const path = `/auth/sessions/${first.id}`;
    const end = () => send(app, "DELETE", path, { headers: bearer(other.body.accessToken) });
    expect((await end()).status).toBe(204);
    expect((await getAccount(app, body.accessToken)).status).toBe(401);
    expect((await end()).status).toBe(404);
  });

  test("AZ-02 of others cannot be ended, and look like absent ones", async () => {
    const [thief, victim] = [await member(app), await member(app)];
    const [session] = (await listSessions(app, victim.body.accessToken)).body.items;
    const end = (id: string) =>
      send(app, "DELETE", `/auth/sessions/${id}`, { headers: bearer(thief.body.accessToken) });
    const [others, none] = [await end(session!.id), await end("00000000-0000-4000-8000-000000000000")];
    expect([others.status, others.body.code]).toEqual([none.status, none.body.code]);
    expect(others.status).toBe(404);
    expect((await getAccount(app, victim.body.accessToken)).status).toBe(200);
  });

  test("SESS-09 on three devices all end by sign-out everywhere, removal and change of password", async () => {
    const ways: Record<string, (token: string, cookie: string) => Promise<unknown>> = {
      everywhere: (_token, cookie) =>
        send(app, "DELETE", "/auth/signout?everywhere=true", { headers: { cookie, origin: app.siteOrigin } }),
      removal: (token) => remove(token, goodPassword),
      password: (token) => changePassword(token, goodPassword, "another good one"),
    };
    for (const [way, act] of Object.entries(ways)) {
      const first = await member(app);
      const others = [await signIn(app, first.email), await signIn(app, first.email)];
      await act(first.body.accessToken, first.cookie);
      for (const { cookie, body } of others) {
        expect([way, (await refresh(app, cookie)).status]).toEqual([way, 401]);
        expect((await getAccount(app, body.accessToken)).status).toBe(401);
      }
    }
  });
});

describe("removing the account", () => {
  test("AUTH-27 leaves nothing in database and bucket, and the address is free again", async () => {
    const { email, body, cookie } = await member(app);
    const answer = await remove(body.accessToken, goodPassword);
    expect(answer.status).toBe(204);
    expect(answer.headers.getSetCookie()[0]).toMatch(/^refresh=;/);
    expect((await refresh(app, cookie)).status).toBe(401);
    expect((await getAccount(app, body.accessToken)).status).toBe(401);
    expect(await keysOf(body.account.id)).toEqual([]);
    for (const [table, column] of [
      ["accounts", "id"],
      ["sessions", "account_id"],
      ["codes", "account_id"],
    ]) {
      const sql = `SELECT 1 FROM ${table} WHERE ${column} = ?`;
      const [rows] = await app.pool.execute<RowDataPacket[]>(sql, [body.account.id]);
      expect([table, rows.length]).toEqual([table, 0]);
    }
    expect((await register(app, { email })).status).toBe(201);
  });

  test("AUTH-16 takes the password", async () => {
    const { body } = await member(app);
    expect(await remove(body.accessToken, "a guess")).toMatchObject(wrongPassword("password"));
    expect((await getAccount(app, body.accessToken)).status).toBe(200);
  });

  test("WEB-01 is refused from another site", async () => {
    const { body } = await member(app);
    expect(await remove(body.accessToken, goodPassword, "https://evil.example")).toMatchObject({
      status: 403,
      body: { code: "bad_origin" },
    });
    expect((await getAccount(app, body.accessToken)).status).toBe(200);
  });
});

test("LOG-01 what concerns an account's safety is written down, with ids alone", async () => {
  const { email, body } = await member(app);
  await signIn(app, email, "a wrong password");
  await changePassword(body.accessToken, goodPassword, "another good one");
  await remove(body.accessToken, "another good one");
  const own = app.audit().filter(({ accountId }) => accountId === body.account.id);
  expect(own.map(({ audit }) => audit)).toEqual([
    "registered",
    "sign_in",
    "sign_in_failed",
    "password_changed",
    "account_removed",
  ]);
  for (const line of own) {
    expect(line.requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(JSON.stringify(line)).not.toContain(email);
  }
});

async function keysOf(accountId: string): Promise<string[]> {
  return (await app.bucket.keys()).filter((key) => key.includes(accountId));
}
