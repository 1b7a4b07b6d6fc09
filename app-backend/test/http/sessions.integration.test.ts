import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { RowDataPacket } from "mysql2/promise";
import { startApp, type TestApp } from "../app.ts";
import { advancePastGrace } from "../advance-past-grace.ts";
import { startProcess } from "../process.ts";
import { sessionSuite } from "./session-suite.ts";
import {
  getAccount,
  goodPassword,
  listSessions,
  member,
  newEmail,
  newKey,
  postJson,
  refresh,
  refreshBy,
  register,
  signIn,
  signOut,
} from "../client.ts";

const dayMs = 24 * 3600 * 1000;

let app: TestApp;
let aheadMs = 0;
const wait = (ms: number) => (aheadMs += ms);

beforeAll(async () => {
  app = await startApp({ clock: () => new Date(Date.now() + aheadMs) });
});
afterAll(() => app.close());
beforeEach(() => {
  aheadMs = 0;
});

const ended = { status: 401, body: { code: "session_ended" } };

describe("signing in", () => {
  test("returns an access token, its lifetime in seconds, the account and a cookie", async () => {
    const { status, body, cookie, email } = await member(app);
    expect(status).toBe(200);
    expect(body).toMatchObject({ expiresIn: 600, account: { email } });
    expect(cookie).toMatch(/^refresh=/);
    expect(await getAccount(app, body.accessToken)).toMatchObject({
      status: 200,
      body: { account: { email } },
    });
  });

  test("accepts an address in upper or lower case", async () => {
    const { email } = await member(app);
    expect((await signIn(app, ` ${email.toUpperCase()}`)).status).toBe(200);
  });

  test("WEB-01 from a page of another origin is refused, as is registering", async () => {
    const { email } = await member(app);
    const evil = { origin: "http://evil.example" };
    const refused = { status: 403, body: { code: "bad_origin" }, cookie: "" };
    expect(await signIn(app, email, goodPassword, evil)).toMatchObject(refused);
    expect(await register(app, { headers: evil })).toMatchObject(refused);
  });

  test("AUTH-07 answers an unknown address and a wrong password alike", async () => {
    const { email } = await member(app);
    const known = await signIn(app, email, "wrong password");
    const unknown = await signIn(app, "unknown@example.org", "wrong password");
    expect(known.status).toBe(401);
    expect(known.body.code).toBe("bad_credentials");
    expect(comparable(known)).toEqual(comparable(unknown));
  });

  test("SESS-17 ends the browser's previous session", async () => {
    const { email, cookie, body } = await member(app);
    const again = await signIn(app, email, goodPassword, { cookie, origin: app.siteOrigin });
    expect((await getAccount(app, body.accessToken)).status).toBe(401);
    expect((await getAccount(app, again.body.accessToken)).status).toBe(200);
  });

  test("AUTH-08 takes as long for an unknown address as for a wrong password", async () => {
    const ratios: number[] = [];
    const timed = async (email: string) => {
      const started = performance.now();
      expect((await signIn(app, email, "a wrong password")).status).toBe(401);
      return performance.now() - started;
    };
    for (let block = 0; block < 15; block += 1) {
      const { email } = await member(app); // four wrong passwords are below the limit
      for (let pair = 0; pair < 4; pair += 1) {
        const unknown = () => timed(newEmail());
        const [first, second] = pair % 2 ? [unknown, () => timed(email)] : [() => timed(email), unknown];
        const [a, b] = [await first(), await second()];
        ratios.push(pair % 2 ? b / a : a / b);
      }
    }
    const median = ratios.toSorted((a, b) => a - b)[ratios.length / 2]!;
    expect(median).toBeGreaterThan(0.8);
    expect(median).toBeLessThan(1.25);
  }, 120_000);

  test.each([
    [[]],
    [null],
    ["text"],
    [{}],
    [{ email: { $ne: 1 }, password: goodPassword }],
    [{ email: ["a"], password: 1 }],
  ])("AUTH-17 400 for %j", async (value) => {
    expect(await postJson(app, "/auth/signin", value)).toMatchObject({
      status: 400,
      body: { code: "malformed_request" },
    });
  });

  test("AUTH-02 400 for a password of 1025 characters, before any hashing", async () => {
    expect((await signIn(app, "unknown@example.org", "x".repeat(1025))).status).toBe(400);
  });

  test("SESS-02 the database holds hashes of refresh tokens, and no token", async () => {
    const { body, cookie } = await member(app);
    const [rows] = await app.pool.query<RowDataPacket[]>("SELECT * FROM sessions");
    const dump = JSON.stringify(rows);
    for (const part of [body.accessToken, cookie].map((token) => token.split(".")[2] ?? "?"))
      expect(dump).not.toContain(part);
  });
});

describe("refreshing", () => {
  test("returns new tokens, which work", async () => {
    const first = await member(app);
    wait(11_000);
    const second = await refresh(app, first.cookie);
    expect(second.status).toBe(200);
    expect(second.cookie).not.toBe(first.cookie);
    expect((await getAccount(app, second.body.accessToken)).status).toBe(200);
    wait(11_000);
    expect((await refresh(app, second.cookie)).status).toBe(200);
  });

  test.each(["short", "x".repeat(129), "a key with blanks in it"])(
    "refuses the key %j, and the token is not spent",
    async (key) => {
      const { cookie } = await member(app);
      wait(11_000);
      expect((await refreshBy(app, cookie, key)).status).toBe(422);
      expect((await refresh(app, cookie)).status).toBe(200);
    },
  );

  test("SESS-05 10 parallel uses of one token over two processes, 100 times: never two live children", async () => {
    const second = await startProcess(app);
    try {
      let { cookie } = await member(app);
      for (let round = 0; round < 100; round += 1) {
        const [used, key] = [cookie, newKey()];
        await advancePastGrace(app);
        const answers = await Promise.all(
          Array.from({ length: 10 }, (_, index) => refreshBy(index % 2 ? app : second, used, key)),
        );
        expect(new Set(answers.map((answer) => `${answer.status} ${answer.cookie}`)).size).toBe(1);
        cookie = answers[0]?.cookie ?? "";
        expect(cookie).not.toBe(used);
      }
    } finally {
      await second.close();
    }
  }, 120_000);

  test("SESS-07 ends after 14 idle days, and the row goes", async () => {
    const { cookie, body } = await member(app);
    wait(14 * dayMs + 1000);
    expect(await refresh(app, cookie)).toMatchObject(ended);
    expect(await countSessions(body.account.id)).toBe(0);
  });

  test("SESS-07 ends after 90 days though used every day, and the row goes", async () => {
    let { cookie, body } = await member(app);
    for (let day = 10; day < 90; day += 10) {
      wait(10 * dayMs);
      const next = await refresh(app, cookie);
      expect(next.status).toBe(200);
      cookie = next.cookie;
    }
    wait(10 * dayMs);
    expect(await refresh(app, cookie)).toMatchObject(ended);
    expect(await countSessions(body.account.id)).toBe(0);
  });

  test("401 without a cookie, and for a cookie that is no token of ours", async () => {
    expect(await refresh(app, "")).toMatchObject({ status: 401, body: { code: "not_signed_in" } });
    const { cookie, body } = await member(app);
    expect(
      await refresh(
        app,
        cookie.replace(/.$/, (last) => (last === "A" ? "Q" : "A")),
      ),
    ).toMatchObject(ended);
    expect(await refresh(app, `refresh=${body.accessToken}`)).toMatchObject(ended);
  });
});

describe("signing out", () => {
  test("SESS-08 leaves nothing alive when it races a refresh", async () => {
    for (let round = 0; round < 20; round++) {
      const { cookie } = await member(app);
      wait(11_000);
      const [refreshed] = await Promise.all([refresh(app, cookie), signOut(app, cookie)]);
      expect((await refresh(app, refreshed.cookie || cookie)).status).toBe(401);
    }
  });
});

describe("the list of sessions", () => {
  test("USE-09 has the caller's own and 49 more after 60 sign-ins; those unused the longest have ended", async () => {
    const { email, ...first } = await member(app);
    let last = first;
    for (let count = 0; count < 60; count += 1) {
      wait(1_000);
      last = { ...(await signIn(app, email)) };
    }
    const { items } = (await listSessions(app, last.body.accessToken)).body;
    expect(items).toHaveLength(50);
    expect(items.filter(({ current }) => current)).toHaveLength(1);
    expect((await getAccount(app, first.body.accessToken)).status).toBe(401);
  }, 60_000);
});

sessionSuite(() => ({ app, member: () => member(app), audit: app.audit }), wait);

describe("an access token", () => {
  test("is refused after 10 minutes", async () => {
    const { body } = await member(app);
    wait(10 * 60_000 + 6_000);
    expect(await getAccount(app, body.accessToken)).toMatchObject({
      status: 401,
      body: { code: "not_signed_in" },
    });
  });

  test.each(["", "nothing", "a.b.c"])("is refused when it is %j", async (token) => {
    const answer = await getAccount(app, token);
    expect(answer).toMatchObject({ status: 401, body: { code: "not_signed_in" } });
    expect(answer.headers.get("www-authenticate")).toBe("Bearer");
  });

  test("SESS-11 is not made by a refresh token", async () => {
    const { cookie } = await member(app);
    expect((await getAccount(app, cookie.replace("refresh=", ""))).status).toBe(401);
  });
});

function comparable({ status, headers, body }: Awaited<ReturnType<typeof signIn>>) {
  const { requestId: _, ...rest } = body;
  const { date: __, "x-request-id": ___, ...fixed } = Object.fromEntries(headers);
  return { status, rest, fixed };
}

async function countSessions(accountId: string): Promise<number> {
  const sql = "SELECT COUNT(*) AS count FROM sessions WHERE account_id = ?";
  const [rows] = await app.pool.query<RowDataPacket[]>(sql, [accountId]);
  return rows[0]?.["count"];
}
