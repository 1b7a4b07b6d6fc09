import { beforeAll, describe, expect, test } from "@jest/globals";
import type { TestApp } from "../app.ts";
import {
  type Answer,
  getAccount,
  listSessions,
  newKey,
  refresh,
  refreshBy,
  signIn,
  signOut,
} from "../client.ts";

const dayMs = 24 * 3600 * 1000;
const overtaken = { status: 409, body: { code: "refresh_overtaken" } };
const ended = { status: 401, body: { code: "session_ended" } };

/** An application of either stack. */
export interface SessionPlace {
  readonly app: TestApp;
  /** A new account with one session. */
  member(): Promise<Answer & { email: string }>;
  /** All events of the audit log, in order. */
  audit(): readonly { readonly audit: string; readonly accountId?: string }[];
}

/** What a session does on each stack. `wait` moves the clock of the application on, or back. */
export function sessionSuite(opened: () => SessionPlace, wait: (ms: number) => void): void {
  let app: TestApp;
  beforeAll(() => void ({ app } = opened()));

  const member = () => opened().member();
  const eventsOf = (accountId: string) =>
    opened()
      .audit()
      .filter((line) => line.accountId === accountId)
      .map(({ audit }) => audit);

  describe("refreshing", () => {
    test.each([0, 9_000, 45_000, 8 * 3600_000])(
      "SESS-03 a retry with the same key after %i ms gets the same generation, and the session goes on from it",
      async (lateMs) => {
        const [first, key] = [await member(), newKey()];
        wait(11_000);
        const lost = await refreshBy(app, first.cookie, key);
        wait(lateMs);
        const retried = await refreshBy(app, first.cookie, key);
        expect(retried).toMatchObject({ status: 200, cookie: lost.cookie });
        wait(60_000);
        expect((await refreshBy(app, retried.cookie, key)).status).toBe(200);
      },
    );

    test("USE-05 a retry is an event of the audit log, and its owner sees it", async () => {
      const [first, key] = [await member(), newKey()];
      const retriedAt = async (token: string) => (await listSessions(app, token)).body.items[0]?.retriedAt;
      expect(await retriedAt(first.body.accessToken)).toBeNull();
      wait(11_000);
      await refreshBy(app, first.cookie, key);
      const { body } = await refreshBy(app, first.cookie, key);
      expect(await retriedAt(body.accessToken)).toMatch(/0:00\.000Z$/);
      expect(eventsOf(first.body.account.id)).toContain("refresh_retried");
    });

    test("USE-05 without its key the previous token is refused for 10 seconds, and is then stolen", async () => {
      const first = await member();
      wait(11_000);
      const second = await refreshBy(app, first.cookie, newKey());
      for (const key of [newKey(), newKey()])
        expect(await refreshBy(app, first.cookie, key)).toMatchObject({ ...overtaken, cookie: "" });
      expect(await refresh(app, first.cookie)).toMatchObject({ ...overtaken, cookie: "" });
      expect(eventsOf(first.body.account.id)).toContain("refresh_overtaken");
      wait(9_000);
      expect((await refresh(app, second.cookie)).status).toBe(200);
      wait(1_001);
      expect(await refreshBy(app, first.cookie, newKey())).toMatchObject(ended);
      expect(await refresh(app, second.cookie)).toMatchObject(ended);
      expect(eventsOf(first.body.account.id)).toContain("refresh_reused");
    });

    test("SESS-12 within 10 seconds no token is rotated twice: a slow tab is never two behind", async () => {
      const first = await member();
      wait(11_000);
      const second = await refresh(app, first.cookie);
      wait(9_000);
      const third = await refresh(app, second.cookie);
      expect(third).toMatchObject({ status: 200, cookie: "" }); // the browser keeps its cookie
      expect((await getAccount(app, third.body.accessToken)).status).toBe(200);
      expect(await refresh(app, first.cookie)).toMatchObject(overtaken);
    });

    test("SESS-05 10 parallel uses of one token by one key get one and the same next token", async () => {
      const [{ cookie }, key] = [await member(), newKey()];
      wait(11_000);
      const answers = await Promise.all(Array.from({ length: 10 }, () => refreshBy(app, cookie, key)));
      expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 200));
      expect(new Set(answers.map((answer) => answer.cookie)).size).toBe(1);
    });

    test("SESS-05 of 10 parallel uses of one token without a key one gets the next token", async () => {
      const { cookie } = await member();
      wait(11_000);
      const answers = await Promise.all(Array.from({ length: 10 }, () => refresh(app, cookie)));
      const won = answers.filter(({ status }) => status === 200);
      expect(won).toHaveLength(1);
      expect(answers.filter(({ status }) => status === 409)).toHaveLength(9);
      expect((await refresh(app, won[0]!.cookie)).status).toBe(200);
    });

    test.each([0, 1])(
      "SESS-04 a replay of R%i after the grace ends the family, and no other",
      async (generation) => {
        const other = await member();
        const first = await member();
        wait(11_000);
        const second = await refresh(app, first.cookie);
        wait(11_000);
        const third = await refresh(app, second.cookie);
        wait(11_000);
        expect(await refresh(app, [first, second][generation]?.cookie ?? "")).toMatchObject(ended);
        expect(await refresh(app, third.cookie)).toMatchObject(ended);
        expect((await getAccount(app, third.body.accessToken)).status).toBe(401);
        expect((await refresh(app, other.cookie)).status).toBe(200);
        expect(opened().audit()).toContainEqual(
          expect.objectContaining({ audit: "refresh_reused", accountId: first.body.account.id }),
        );
      },
    );

    test("SESS-04 a token before the last is stolen even within the grace of the last: it was spent before", async () => {
      const first = await member();
      wait(11_000);
      const second = await refresh(app, first.cookie);
      wait(11_000);
      const third = await refresh(app, second.cookie);
      expect(await refresh(app, first.cookie)).toMatchObject(ended);
      expect(await refresh(app, third.cookie)).toMatchObject(ended);
    });

    test("SESS-04 a late request with a clock behind the last rotation is refused, and no session ends", async () => {
      const first = await member();
      wait(11_000);
      const second = await refresh(app, first.cookie);
      wait(11_000);
      const third = await refresh(app, second.cookie);
      wait(-5_000);
      expect(await refresh(app, first.cookie)).toMatchObject(ended);
      wait(5_000);
      expect((await refresh(app, third.cookie)).status).toBe(200);
      expect(eventsOf(first.body.account.id)).not.toContain("refresh_reused");
    });

    test("SESS-06 an expired token is refused even to the client that lost the reply, and the session stays", async () => {
      const [first, key] = [await member(), newKey()];
      wait(14 * dayMs - 2_000);
      const second = await refreshBy(app, first.cookie, key);
      wait(3_000);
      expect(await refreshBy(app, first.cookie, key)).toMatchObject(ended);
      expect((await refresh(app, second.cookie)).status).toBe(200);
    });
  });

  describe("signing out", () => {
    test("SESS-08 ends the session at once, and may be done twice", async () => {
      const { cookie, body } = await member();
      expect((await signOut(app, cookie)).status).toBe(204);
      expect((await signOut(app, cookie)).status).toBe(204);
      expect(await refresh(app, cookie)).toMatchObject(ended);
      expect((await getAccount(app, body.accessToken)).status).toBe(401);
    });

    test("ends one session, or all with ?everywhere=true", async () => {
      const { email, ...phone } = await member();
      const [laptop, tablet] = [await signIn(app, email), await signIn(app, email)];
      await signOut(app, phone.cookie);
      expect((await getAccount(app, laptop.body.accessToken)).status).toBe(200);
      await signOut(app, laptop.cookie, "?everywhere=true");
      expect((await getAccount(app, tablet.body.accessToken)).status).toBe(401);
    });
  });

  describe("USE-06 signing out everywhere", () => {
    /** A session three rotations old with its tokens in order, and one on another device. */
    async function devices() {
      const { email, ...first } = await member();
      const other = await signIn(app, email);
      const cookies = [first.cookie];
      for (let rotations = 0; rotations < 3; rotations += 1) {
        wait(11_000);
        cookies.push((await refresh(app, cookies.at(-1)!)).cookie);
      }
      return { accountId: first.body.account.id, other, cookies };
    }

    test.each([
      ["the current token", 3],
      ["the one before it", 2],
    ])("is done with %s", async (_which, generation) => {
      const { other, cookies } = await devices();
      expect((await signOut(app, cookies[generation]!, "?everywhere=true")).status).toBe(204);
      expect((await getAccount(app, other.body.accessToken)).status).toBe(401);
    });

    test.each([0, 1])(
      "SESS-15 is not done with the older token R%i: it ends its own session alone",
      async (generation) => {
        const { accountId, other, cookies } = await devices();
        expect(await signOut(app, cookies[generation]!, "?everywhere=true")).toMatchObject(ended);
        expect((await getAccount(app, other.body.accessToken)).status).toBe(200);
        expect((await refresh(app, cookies[3]!)).status).toBe(401);
        expect(eventsOf(accountId)).toContain("refresh_reused");
      },
    );

    test("is not done with a token of a session that has ended or is over", async () => {
      const { email, ...first } = await member();
      await signOut(app, first.cookie);
      const second = await signIn(app, email);
      expect(await signOut(app, first.cookie, "?everywhere=true")).toMatchObject(ended);
      wait(14 * dayMs - 1_000);
      const third = await signIn(app, email);
      wait(2_000);
      expect(await signOut(app, second.cookie, "?everywhere=true")).toMatchObject(ended);
      expect((await refresh(app, third.cookie)).status).toBe(200);
    });
  });

  describe("the list of sessions", () => {
    test("leaves out expired sessions", async () => {
      const { email } = await member();
      wait(14 * dayMs - 1_000);
      const second = await signIn(app, email);
      wait(2_000);
      const { cookie } = await refresh(app, second.cookie);
      expect(cookie).toBe("");
      wait(11_000);
      const { body } = await refresh(app, second.cookie);
      expect((await listSessions(app, body.accessToken)).body.items).toHaveLength(1);
    });
  });
}
