import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { startApp, type TestApp } from "../app.ts";
import { type Answer, listSessions, member, newKey, refreshBy, someAddress } from "../client.ts";

let app: TestApp;
const startMs = Date.now();
let aheadMs = 0; // the clock stands still between two waits
const wait = (ms: number) => (aheadMs += ms);
const from = (address: string) => ({ "x-forwarded-for": address });

beforeAll(async () => {
  app = await startApp({ clock: () => new Date(startMs + aheadMs) });
});
afterAll(() => app.close());

/** A browser with one cookie jar for its tabs, which keeps the key of a renewal until a reply has come. */
async function browser() {
  const { cookie, body } = await member(app);
  const jar = { cookie, accessToken: body.accessToken };
  const accountId = body.account.id;

  function receive(answer: Answer): Answer {
    if (answer.cookie) jar.cookie = answer.cookie;
    if (answer.status === 200) jar.accessToken = answer.body.accessToken;
    return answer;
  }
  async function renew(key = newKey(), address = someAddress()): Promise<Answer> {
    const answer = receive(await refreshBy(app, jar.cookie, key, from(address)));
    if (answer.status !== 409) return answer;
    wait(1_000); // as the page does: another tab's reply brings the cookie
    return renew(key, address);
  }
  const events = () => app.audit().filter((line) => line.accountId === accountId);
  const isNoticed = () => events().some(({ audit }) => audit === "refresh_reused");
  return { jar, renew, receive, isNoticed };
}

describe("USE-05 a thief with a copy of cookie and access token", () => {
  test.each([
    ["at once, from the address of the person", 0, true],
    ["at once, from another address", 0, false],
    ["after 40 ms", 40, false],
    ["after 5 s", 5_000, true],
    ["at the end of the 10 s", 9_900, false],
  ])("who tries %s of a renewal that he sees gets no token in 5 of 5", async (_when, lateMs, sameAddress) => {
    for (let round = 0; round < 5; round += 1) {
      const { jar, renew, isNoticed } = await browser();
      const stolen = { ...jar };
      const address = someAddress();
      wait(9 * 60_000);
      const watch = () => listSessions(app, stolen.accessToken).then(({ body }) => body.items[0]!.lastUsedAt);
      await watch();
      expect((await renew(newKey(), address)).status).toBe(200);
      wait(lateMs);
      const extra = from(sameAddress ? address : someAddress());
      for (const key of [newKey(), newKey()]) {
        const tried = await refreshBy(app, stolen.cookie, key, extra);
        expect(tried).toMatchObject({ status: 409, cookie: "" });
        expect(tried.body.accessToken).toBeUndefined();
      }
      wait(9 * 60_000);
      expect((await renew()).status).toBe(200); // the person notices nothing and stays signed in
      expect(isNoticed()).toBe(false);
      expect((await refreshBy(app, stolen.cookie, newKey(), extra)).status).toBe(401);
      expect(isNoticed()).toBe(true);
    }
  });

  test("who renews before the person does is noticed when the person does, in 5 of 5", async () => {
    for (let round = 0; round < 5; round += 1) {
      const { jar, renew, isNoticed } = await browser();
      wait(9 * 60_000);
      const thief = await refreshBy(app, jar.cookie, newKey());
      expect(thief.status).toBe(200);
      wait(round * 3_000);
      for (let tries = 0; tries < 12 && !isNoticed(); tries += 1) await renew();
      expect(isNoticed()).toBe(true);
      wait(11_000);
      expect((await refreshBy(app, thief.cookie, newKey())).status).toBe(401);
    }
  });
});

describe("USE-05 a person in good faith stays signed in, 8 times of 8, with", () => {
  type Browser = Awaited<ReturnType<typeof browser>>;
  /** A renewal that reaches the server, and whose reply reaches no tab. */
  const lose = ({ jar }: Browser, key: string) => refreshBy(app, jar.cookie, key);

  const mishaps: readonly [string, (person: Browser, round: number) => Promise<unknown>][] = [
    [
      "a reply that is lost, and another network afterwards",
      async (person, round) => {
        const key = newKey();
        await lose(person, key);
        wait(round * 7_000); // up to the page's own timeout and pause
        await person.renew(key);
      },
    ],
    [
      "a reply that is lost twice, by reloads in the middle",
      async (person) => {
        const key = newKey();
        await Promise.all([lose(person, key), lose(person, key)]);
        await person.renew(key);
      },
    ],
    [
      "five tabs that share a key",
      async ({ renew }) => {
        const key = newKey();
        await Promise.all(Array.from({ length: 5 }, () => renew(key)));
      },
    ],
    [
      "five tabs that share nothing but the cookie",
      async ({ jar, receive, renew }) => {
        const { cookie } = jar;
        const answers = await Promise.all(
          Array.from({ length: 5 }, () => refreshBy(app, cookie, newKey()).then(receive)),
        );
        for (const { status } of answers) if (status === 409) expect((await renew()).status).toBe(200);
      },
    ],
    [
      "a slow tab, whose request arrives seconds after that of another",
      async ({ jar, receive, renew }, round) => {
        const { cookie } = jar;
        await renew();
        wait(round * 1_200);
        receive(await refreshBy(app, cookie, newKey()));
      },
    ],
  ];

  test.each(mishaps)("%s", async (_what, happen) => {
    for (let round = 0; round < 8; round += 1) {
      const person = await browser();
      wait(9 * 60_000);
      await happen(person, round);
      for (let renewal = 0; renewal < 2; renewal += 1) {
        wait(9 * 60_000);
        expect((await person.renew()).status).toBe(200);
      }
      expect((await listSessions(app, person.jar.accessToken)).status).toBe(200);
      expect(person.isNoticed()).toBe(false);
    }
  });
});
