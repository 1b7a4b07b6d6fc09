import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { RowDataPacket } from "mysql2/promise";
import { startApp, type TestApp } from "../app.ts";
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
  register,
  signIn,
} from "../client.ts";
import { statementCounter } from "../statement-counter.ts";

const newPassword = "a much better one";

let app: TestApp;
let statements: Awaited<ReturnType<typeof statementCounter>>;
let aheadMs = 0;

beforeAll(async () => {
  statements = await statementCounter();
  app = await startApp({ clock: () => new Date(Date.now() + aheadMs), route: statements.route });
});
afterAll(async () => {
  await app.close();
  statements.close();
});
beforeEach(() => {
  aheadMs = 0;
});

const badCode = { status: 403, body: { code: "bad_code", errors: [{ field: "code" }] } };
const forgot = (email: string) => postJson(app, "/auth/forgot", { email });
const reset = (email: string, code: string, password = newPassword) =>
  postJson(app, "/auth/reset", { email, code, password });
const other = (code: string) => (code === "123456123456" ? "654321654321" : "123456123456");

async function forgetful(): Promise<Answer & { email: string; code: string }> {
  const person = await member(app);
  await forgot(person.email);
  return { ...person, code: await mailedCode(app, person.email) };
}

describe("a forgotten password", () => {
  test("AUTH-23 is replaced by the code from the mail, and every session ends", async () => {
    const { email, code, cookie, body } = await forgetful();
    const second = await signIn(app, email);
    expect((await reset(email, code)).status).toBe(204);
    expect((await refresh(app, cookie)).status).toBe(401);
    expect((await getAccount(app, body.accessToken)).status).toBe(401);
    expect((await getAccount(app, second.body.accessToken)).status).toBe(401);
    expect((await signIn(app, email, goodPassword)).status).toBe(401);
    expect((await signIn(app, email, newPassword)).body.account.confirmed).toBe(true);
  });

  test("wins over a concurrent change of the password with the old one", async () => {
    for (let round = 0; round < 6; round += 1) {
      const { email, code, body } = await forgetful();
      const change = postJson(
        app,
        "/auth/password",
        { current: goodPassword, next: "the thief's own" },
        bearer(body.accessToken),
      );
      const [done] = await Promise.all([reset(email, code), change]);
      if (done.status !== 204) continue; // the change was first, and voided the code
      expect((await signIn(app, email, newPassword)).status).toBe(200);
    }
  });

  test("leaves no session of a concurrent sign-in with the old one", async () => {
    for (let round = 0; round < 8; round += 1) {
      const { email, code } = await forgetful();
      const [done, ...signedIn] = await Promise.all([
        reset(email, code),
        signIn(app, email),
        signIn(app, email),
      ]);
      expect(done.status).toBe(204);
      for (const { status, body } of signedIn)
        if (status === 200) expect((await getAccount(app, body.accessToken)).status).toBe(401);
    }
  });

  test("the code may be typed with spaces", async () => {
    const { email, code } = await forgetful();
    expect((await reset(email, ` ${code.slice(0, 3)} ${code.slice(3)}`)).status).toBe(204);
  });

  test("AUTH-15 the code works once", async () => {
    const { email, code } = await forgetful();
    expect((await reset(email, code)).status).toBe(204);
    expect(await reset(email, code)).toMatchObject(badCode);
  });

  test("AUTH-15 of 5 uses at once one wins", async () => {
    const { email, code } = await forgetful();
    const answers = await Promise.all(
      Array.from({ length: 5 }, (_, index) => reset(email, code, `${newPassword} ${index}`)),
    );
    const won = answers.findIndex(({ status }) => status === 204);
    expect(answers.filter(({ status }) => status === 403)).toHaveLength(4);
    expect((await signIn(app, email, `${newPassword} ${won}`)).status).toBe(200);
  });

  test("AUTH-15 the code is void once the password was changed with the old one", async () => {
    const { email, code, body } = await forgetful();
    const changed = await postJson(
      app,
      "/auth/password",
      { current: goodPassword, next: newPassword },
      bearer(body.accessToken),
    );
    expect(changed.status).toBe(204);
    expect(await reset(email, code)).toMatchObject(badCode);
  });

  test("AUTH-15 the code is refused after 10 minutes", async () => {
    const { email, code } = await forgetful();
    aheadMs = 10 * 60_000;
    expect(await reset(email, code)).toMatchObject(badCode);
  });

  test("AUTH-15 the code is refused for another account, and for another purpose", async () => {
    const [one, two] = [await forgetful(), await forgetful()];
    if (one.code !== two.code) expect(await reset(two.email, one.code)).toMatchObject(badCode);
    const confirmation = await postJson(app, "/auth/confirm", { email: one.email, code: one.code });
    expect(confirmation).toMatchObject(badCode);
    expect((await reset(one.email, one.code)).status).toBe(204);
  });

  test("USE-07 the right code is good after 30 wrong ones from other networks", async () => {
    const { email, code } = await forgetful();
    for (let tries = 0; tries < 30; tries += 1)
      expect(await reset(email, other(code))).toMatchObject(badCode);
    expect((await reset(email, code)).status).toBe(204);
  });

  test("AUTH-25 a second code replaces the first", async () => {
    const { email, code } = await forgetful();
    await forgot(email);
    const second = await mailedCode(app, email);
    if (second !== code) expect(await reset(email, code)).toMatchObject(badCode);
    expect((await reset(email, second)).status).toBe(204);
  });

  test("the new password follows the rules, and a refusal does not spend the code", async () => {
    const { email, code } = await forgetful();
    expect(await reset(email, code, "password1")).toMatchObject({
      status: 422,
      body: { code: "invalid_input", errors: [{ field: "password" }] },
    });
    expect((await reset(email, code)).status).toBe(204);
  });

  test("AUTH-07 an unknown address is answered as a known one, when asking and when resetting", async () => {
    const { email } = await member(app);
    const bare = ({ status, headers, body }: Answer) => {
      const { requestId: _, ...rest } = body;
      const kept = [...headers].filter(([name]) => name !== "x-request-id" && name !== "date");
      return { status, headers: kept, body: rest };
    };
    const unknown = newEmail();
    expect(bare(await forgot(email))).toEqual(bare(await forgot(unknown)));
    expect(await mailedCode(app, unknown)).toBe("");
    const wrong = other(await mailedCode(app, email));
    expect(bare(await reset(email, wrong))).toEqual(bare(await reset(unknown, wrong)));
  });

  test("AUTH-07 a wrong code takes as many statements for a known address as for an unknown one", async () => {
    const counted = async (email: string, code: string) => {
      await reset(email, code); // its limits have their rows by then
      const before = statements.count();
      await reset(email, code);
      return statements.count() - before;
    };
    const [known, unknown]: [number[], number[]] = [[], []];
    for (let round = 0; round < 4; round += 1) {
      const { email, code } = await forgetful();
      known.push(await counted(email, other(code)));
      unknown.push(await counted(newEmail(), other(code)));
    }
    expect(Math.min(...known)).toBe(Math.min(...unknown)); // work after an answer may come between
  });

  test("AUTH-24 the database holds no code", async () => {
    const { code } = await forgetful();
    const [rows] = await app.pool.query<RowDataPacket[]>("SELECT * FROM codes");
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.map(({ hash }) => hash)).not.toContain(code);
    for (const { hash } of rows) expect(hash).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe("a new address", () => {
  test("is confirmed by the code that registration mails", async () => {
    const [email, other] = [newEmail(), newEmail()];
    await register(app, { email: other });
    expect((await register(app, { email })).body.account.confirmed).toBe(false);
    const code = await mailedCode(app, email);
    expect((await postJson(app, "/auth/confirm", { email, code })).status).toBe(204);
    expect((await signIn(app, email)).body.account.confirmed).toBe(true);
    expect((await signIn(app, other)).body.account.confirmed).toBe(false);
  });

  test("gets another code on request, until it is confirmed", async () => {
    const email = newEmail();
    await register(app, { email });
    const first = await mailedCode(app, email);
    await postJson(app, "/auth/resend", { email });
    const second = await mailedCode(app, email);
    expect((await postJson(app, "/auth/confirm", { email, code: second })).status).toBe(204);
    const messages = () => app.logLines.filter((line) => line.includes(`"to":"${email}"`)).length;
    expect(messages()).toBe(2);
    await postJson(app, "/auth/resend", { email });
    await app.settle();
    expect(messages()).toBe(2);
    expect(first).toMatch(/^\d{12}$/);
  });
});

test("AUTH-26 if confirmation is required, the right password alone does not sign in, and a wrong one reveals nothing", async () => {
  const strict = await startApp({ confirmationRequired: true });
  try {
    const email = newEmail();
    await register(strict, { email });
    expect(await signIn(strict, email)).toMatchObject({
      status: 403,
      body: { code: "not_confirmed" },
      cookie: "",
    });
    expect((await signIn(strict, email, "a wrong password")).body.code).toBe("bad_credentials");
    await postJson(strict, "/auth/confirm", { email, code: await mailedCode(strict, email) });
    expect((await signIn(strict, email)).status).toBe(200);
  } finally {
    await strict.close();
  }
});
