import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { availableParallelism } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { startApp, type TestApp } from "../app.ts";
import {
  type Answer,
  goodPassword,
  mailedCode,
  member,
  newEmail,
  postJson,
  register,
  send,
  signIn,
  someAddress,
} from "../client.ts";
import { busyThreads } from "../busy-threads.ts";
import { timeOf, within } from "../within.ts";

jest.setTimeout(240_000); // some hundred password hashes, on a busy machine

let app: TestApp;
const startMs = Date.now();
let aheadMs = 0; // the clock stands still otherwise: on a slow machine delays would pass

beforeAll(async () => {
  app = await startApp({ clock: () => new Date(startMs + aheadMs) });
});
afterAll(() => app.close());
beforeEach(() => {
  aheadMs = 0;
});

const limited = { status: 429, body: { code: "too_many_requests" } };
const retryAfter = ({ headers }: Answer) => Number(headers.get("retry-after"));
const fail = (email: string, address = someAddress()) =>
  signIn(app, email, "a wrong password", { "x-forwarded-for": address });

async function times<Result>(count: number, work: (index: number) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  for (let index = 0; index < count; index += 1) results.push(await work(index));
  return results;
}

const statuses = (answers: readonly Answer[]) => answers.map(({ status }) => status);
const countOf = (answers: readonly Answer[], status: number) =>
  answers.filter((answer) => answer.status === status).length;

describe("wrong passwords", () => {
  test("AUTH-09 delay the account longer each time, and the right one is let in after the delay", async () => {
    const { email } = await member(app);
    const delays: number[] = [];
    for (let wrong = 0; wrong < 30;) {
      const answer = await fail(email);
      if (answer.status === 401) {
        wrong += 1;
        continue;
      }
      expect(answer).toMatchObject(limited);
      delays.push(retryAfter(answer));
      aheadMs += retryAfter(answer) * 1000;
    }
    expect(delays.slice(0, 6)).toEqual([1, 2, 4, 8, 16, 32]);
    expect(Math.max(...delays)).toBe(900);
    expect(await signIn(app, email)).toMatchObject(limited);
    aheadMs += 900_000;
    expect((await signIn(app, email)).status).toBe(200);
    expect((await fail(email)).status).toBe(401); // and all is forgotten
    const events = app.audit().map(({ audit }) => audit);
    expect(events.filter((event) => event === "sign_in_failed").length).toBeGreaterThanOrEqual(30);
    expect(events).toContain("limit_reached");
  });

  test("AUTH-09 for an address without an account are limited alike", async () => {
    const email = newEmail();
    expect(statuses(await times(6, () => fail(email)))).toEqual([401, 401, 401, 401, 401, 429]);
  });

  test("AUTH-11 tried over 200 accounts from one address are limited after 20", async () => {
    const address = someAddress();
    const answers = await times(200, (index) => fail(`victim.${index}@example.org`, address));
    expect(countOf(answers, 401)).toBe(20);
    expect(countOf(answers, 429)).toBe(180);
    expect(retryAfter(answers.at(-1)!)).toBeGreaterThan(50);
    expect((await fail(newEmail())).status).toBe(401); // from elsewhere
  });

  test("AUTH-11 from one IPv6 network of 64 bits count together", async () => {
    const answers = await times(21, (index) => fail(newEmail(), `2001:db8:0:7::${index.toString(16)}`));
    expect(countOf(answers, 429)).toBe(1);
    expect((await fail(newEmail(), "2001:db8:0:8::1")).status).toBe(401);
  });

  test("AUTH-19 an address that the sender claims for itself changes nothing: the proxy's word counts", async () => {
    const address = someAddress();
    const answers = await times(21, () => fail(newEmail(), `${someAddress()}, ${address}`));
    expect(countOf(answers, 429)).toBe(1);
  });

  test("AUTH-11 from a network over its limit do not count for the accounts it tries", async () => {
    const address = someAddress();
    await times(20, () => fail(newEmail(), address));
    const { email } = await member(app);
    await times(10, () => fail(email, address));
    expect((await signIn(app, email)).status).toBe(200);
  });

  test("AUTH-12 at once: of 6 at a limit of 5 exactly 5 are checked", async () => {
    for (let round = 0; round < 10; round += 1) {
      const email = newEmail();
      const answers = await Promise.all(Array.from({ length: 6 }, () => fail(email)));
      expect(statuses(answers).toSorted((a, b) => a - b)).toEqual([401, 401, 401, 401, 401, 429]);
    }
  });

  test("do not count when they were right", async () => {
    const { email } = await member(app);
    const address = someAddress();
    const answers = await times(25, () => signIn(app, email, goodPassword, { "x-forwarded-for": address }));
    expect(countOf(answers, 200)).toBe(25);
  });
});

describe("USE-07 of one account", () => {
  const home = { "x-forwarded-for": "198.51.100.7" };
  const next = "a much better one";
  const forgot = (email: string, extra = {}) => postJson(app, "/auth/forgot", { email }, extra);
  const reset = (email: string, code: string, extra = {}) =>
    postJson(app, "/auth/reset", { email, code, password: next }, extra);
  /** Twelve attempts of every operation with an address, each from another network. */
  async function attack(email: string): Promise<void> {
    await times(12, () => forgot(email));
    await times(12, () => reset(email, "123412341234"));
    await times(12, () => fail(email));
    expect(await signIn(app, email)).toMatchObject(limited);
    expect(await forgot(email)).toMatchObject(limited);
  }

  test("USE-07 strangers cannot lock a person out of sign-in, forgot or reset on a network they have signed in from", async () => {
    const { email } = await member(app);
    await signIn(app, email, goodPassword, home);
    await attack(email);
    expect((await signIn(app, email, goodPassword, home)).status).toBe(200);
    expect((await forgot(email, home)).status).toBe(204);
    const code = await mailedCode(app, email);
    await times(12, () => reset(email, "123412341234"));
    expect((await reset(email, code, home)).status).toBe(204);
    await times(12, () => fail(email));
    expect((await signIn(app, email, next, home)).status).toBe(200);
  });

  test.each(["198.51.100.7", "2001:db8:0:9::/64"])(
    "strangers who type an address and its network %s as one address use up none of its tries there",
    async (network) => {
      const { email } = await member(app);
      const there = { "x-forwarded-for": network.replace("/64", "1") };
      await signIn(app, email, goodPassword, there);
      await times(6, () => fail(`${email} ${network}`));
      await times(6, () => fail(`${network} ${email}`));
      await times(4, () => forgot(`${email} ${network}`));
      await times(4, () => forgot(`${network} ${email}`));
      expect((await signIn(app, email, "a wrong password", there)).status).toBe(401);
      expect((await forgot(email, there)).status).toBe(204);
    },
  );

  test("USE-07 a code that strangers requested works for its reader on any network, who can then sign in from there", async () => {
    const { email } = await member(app);
    await attack(email);
    const elsewhere = { "x-forwarded-for": someAddress() };
    expect((await reset(email, await mailedCode(app, email), elsewhere)).status).toBe(204);
    await attack(email);
    expect((await signIn(app, email, next, elsewhere)).status).toBe(200);
  });

  test("guesses from 200 networks are limited together, and mail too", async () => {
    const { email } = await member(app);
    expect(countOf(await times(200, () => fail(email)), 401)).toBe(5);
    expect(countOf(await times(30, () => forgot(email)), 204)).toBe(3);
  });

  test("a network that an account knows has limits like any other", async () => {
    const { email } = await member(app);
    await signIn(app, email, goodPassword, home);
    const answers = await times(12, () => fail(email, home["x-forwarded-for"]));
    expect(countOf(answers, 401)).toBe(5);
    expect((await signIn(app, email)).status).toBe(200); // from elsewhere
    expect(countOf(await times(4, () => forgot(email, home)), 204)).toBe(3);
  });

  test("AUTH-21 wrong codes from one network are limited after 20, for all accounts together; right ones do not count", async () => {
    const extra = { "x-forwarded-for": someAddress() };
    const wrong = () => postJson(app, "/auth/confirm", { email: newEmail(), code: "123412341234" }, extra);
    expect(countOf(await times(19, wrong), 403)).toBe(19);
    await times(3, async () => {
      const email = newEmail();
      await register(app, { email });
      const code = await mailedCode(app, email);
      expect((await postJson(app, "/auth/confirm", { email, code }, extra)).status).toBe(204);
    });
    expect(statuses(await times(3, wrong))).toEqual([403, 429, 429]);
  });

  test("5 wrong passwords, then a reset: the new password is taken at once, by a stranger's network too", async () => {
    const { email } = await member(app);
    await times(6, () => fail(email));
    await forgot(email);
    await reset(email, await mailedCode(app, email));
    expect((await signIn(app, email, next)).status).toBe(200);
  });
});

describe("other limits", () => {
  test("AUTH-22 21 registrations from one address: the last is refused before its picture is received", async () => {
    const address = someAddress();
    const answers = await times(21, () =>
      register(app, { password: "short", headers: { "x-forwarded-for": address } }),
    );
    expect(countOf(answers, 422)).toBe(20);
    expect(answers.at(-1)).toMatchObject(limited);
  });

  test.each(["forgot", "resend"])("%s sends an address three messages, for any client", async (route) => {
    const email = newEmail();
    const spelled = [email, email.toUpperCase(), ` ${email}`, email];
    const answers = await times(4, (index) => postJson(app, `/auth/${route}`, { email: spelled[index] }));
    expect(statuses(answers)).toEqual([204, 204, 204, 429]);
  });
});

test("AUTH-14 200 sign-ins at once: the queue is full, the rest get 503, and /health still answers", async () => {
  // Client and server share one process here; `make bench` measures the server alone.
  await within(50, async () => {
    const before = process.memoryUsage().rss;
    // Independent of the machine's speed: nothing is hashed until the queue is full.
    const threads = busyThreads();
    const fits = 100 + availableParallelism();
    let running = true;
    const health = (async () => {
      const ms: number[] = [];
      while (running) {
        const answered = async () => expect((await send(app, "GET", "/health")).status).toBe(200);
        ms.push(await timeOf(answered));
      }
      return ms.toSorted((a, b) => a - b);
    })();
    let refused = 0;
    const others = Array.from({ length: 200 }, async () => {
      const answer = await fail(newEmail());
      if (answer.status !== 503) return answer;
      refused += 1;
      if (refused === 200 - fits) await threads.release();
      return answer;
    });
    const answers = await Promise.all(others).finally(() => {
      running = false;
      return threads.release();
    });
    const ms = await health;
    expect({ 401: countOf(answers, 401), 503: countOf(answers, 503) }).toEqual({
      401: fits,
      503: 200 - fits,
    });
    for (const answer of answers.filter(({ status }) => status === 503))
      expect(retryAfter(answer)).toBeGreaterThan(0);
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 2 ** 20);
    return ms[Math.floor(ms.length / 2)]!;
  });
});

test("AUTH-20 a right code is not spent if no password can be hashed: with it the reset succeeds later", async () => {
  const { email } = await member(app);
  await postJson(app, "/auth/forgot", { email });
  const reset = { email, code: await mailedCode(app, email), password: "a much better one" };
  const threads = busyThreads();
  const answers: Answer[] = [];
  const length = 200;
  const others = Promise.all(Array.from({ length }, async () => answers.push(await fail(newEmail()))));
  try {
    // The queue waits for a thread: the rest is answered. One that fails ends the test.
    while (answers.length < length - 100 - availableParallelism()) await Promise.race([others, sleep(10)]);
    const refused = await postJson(app, "/auth/reset", reset);
    expect(refused).toMatchObject({ status: 503, body: { code: "unavailable" } });
  } finally {
    await threads.release();
  }
  await others;
  expect((await postJson(app, "/auth/reset", reset)).status).toBe(204);
});
