import { afterAll, beforeAll, expect, jest, test } from "@jest/globals";
import type { RowDataPacket } from "mysql2/promise";
import { mysqlLimits } from "../../src/adapters/mysql/limits.ts";
import { rateLimiter } from "../../src/usecases/rate-limiter.ts";
import { startApp, type TestApp } from "../app.ts";
import { challenge, memberWithTotp } from "../authenticator.ts";
import { getAccount, goodPassword, postJson, someAddress } from "../client.ts";
import { startProcess } from "../process.ts";

const attempts = 30;
let app: TestApp;
let other: Awaited<ReturnType<typeof startProcess>>;

jest.setTimeout(180_000);

beforeAll(async () => {
  app = await startApp();
  other = await startProcess(app);
});
afterAll(async () => {
  await other.close();
  await app.close();
});

async function rows(table: string, accountId: string): Promise<number> {
  const sql = `SELECT COUNT(*) AS count FROM ${table} WHERE account_id = ?`;
  const [found] = await app.pool.query<RowDataPacket[]>(sql, [accountId]);
  return Number(found[0]!["count"]);
}

/** Makes a process forget what it has counted for the account, so that challenges are opened however many there were. */
const forgetLimits = () => app.pool.query("DELETE FROM limits");

/** Networks of the account's owner: tries from each are counted apart, so that no limit keeps uses from being at once. */
async function knownNetworks(email: string): Promise<string[]> {
  const addresses = Array.from({ length: attempts }, someAddress);
  const { know } = rateLimiter({
    ...{ limits: mysqlLimits(app.pool), auditLog: () => {}, now: () => new Date() },
  });
  for (const address of addresses) await know(email, { address, userAgent: undefined });
  return addresses;
}

test("MFA-16 of 30 requests with one recovery code, over 30 challenges and two processes, one opens a session", async () => {
  const { email, body, recoveryCodes } = await memberWithTotp(app, new Date());
  const accountId = body.account.id;
  const tokens: string[] = [];
  for (let opened = 0; opened < attempts; opened += 1) {
    await forgetLimits();
    tokens.push((await challenge(app, email)).token);
  }
  expect(await rows("challenges", accountId)).toBe(5);
  const alive = tokens.slice(-5);
  // First over all that were opened, of which 5 live, then over those that are left: each use can win.
  for (const [round, over] of [tokens, alive].entries()) {
    const addresses = await knownNetworks(email);
    const uses = addresses.map((address, use) =>
      postJson(
        { ...app, url: use % 2 ? app.url : other.url },
        "/auth/mfa",
        { token: over[use % over.length], recoveryCode: recoveryCodes[round] },
        { "x-forwarded-for": address },
      ),
    );
    const answers = await Promise.all(uses);
    const opened = answers.filter(({ status }) => status === 200);
    expect(opened).toHaveLength(1);
    expect(answers.filter(({ cookie }) => cookie !== "")).toHaveLength(1);
    expect([...new Set(answers.map(({ status }) => status))].toSorted()).toEqual([200, 401]);
    const { accessToken } = opened[0]!.body;
    expect((await getAccount(app, accessToken)).body.account.email).toBe(email);
    expect(await rows("recovery_codes", accountId)).toBe(9 - round);
    expect(await rows("sessions", accountId)).toBe(2 + round); // with that of the enrolment
  }
});

test("MFA-25 of right passwords without a second step, 1,000 times, 5 challenges are left, also of many at once", async () => {
  const { email, body } = await memberWithTotp(app, new Date());
  const statuses = new Set<number>();
  for (let round = 0; round < 100; round += 1) {
    if (round % 10 === 0) await forgetLimits(); // else nearly all are refused
    const places = [app.url, other.url];
    const tries = Array.from({ length: 10 }, (_, index) =>
      postJson({ ...app, url: places[index % 2]! }, "/auth/signin", {
        email,
        password: goodPassword,
      }),
    );
    for (const { status } of await Promise.all(tries)) statuses.add(status);
    const left = await rows("challenges", body.account.id);
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(5);
  }
  expect([...statuses].toSorted()).toEqual([200, 429]);
  expect(await rows("sessions", body.account.id)).toBe(1);
});
