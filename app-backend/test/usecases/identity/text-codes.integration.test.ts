import { randomBytes, randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { aesFactorSecrets } from "../../../src/adapters/aes/factor-secrets.ts";
import { mysqlFactors } from "../../../src/adapters/mysql/factors.ts";
import { mysqlLimits } from "../../../src/adapters/mysql/limits.ts";
import { snsTextMessages } from "../../../src/adapters/sns/text-messages.ts";
import { after } from "../../../src/domain/time.ts";
import type { AuditEvent } from "../../../src/ports/audit-log.ts";
import { textCodeUseCases } from "../../../src/usecases/identity/text-codes.ts";
import { rateLimiter } from "../../../src/usecases/rate-limiter.ts";
import { createDatabase } from "../../store.ts";
import { startSns } from "../../test-sns.ts";

const countries = ["30", "31", "32", "33", "34", "43", "45", "46", "47", "49"];
const ranges = [
  ...countries.map((prefix) => ({ prefix, isServed: true })),
  { prefix: "49900", isServed: false },
];

let database: Awaited<ReturnType<typeof createDatabase>>;
let sns: Awaited<ReturnType<typeof startSns>>;
let now = new Date("2026-06-01T12:00:00Z");
let events: AuditEvent[] = [];

beforeAll(async () => {
  [database, sns] = await Promise.all([createDatabase(), startSns()]);
});
afterAll(async () => {
  sns.close();
  await database.drop();
});

/** What one process does; all share the store. */
function open(perMonth: number) {
  const auditLog = (event: AuditEvent) => void events.push(event);
  const messages = snsTextMessages({
    ...{ region: "eu-central-1", endpoint: sns.endpoint },
    onRefused: () => undefined,
    answerMs: 60_000, // a busy machine
  });
  return textCodeUseCases({
    texts: { messages, ranges, perMonth },
    factors: mysqlFactors(database.pool),
    factorSecrets,
    rateLimiter: rateLimiter({ limits: mysqlLimits(database.pool), auditLog, now: () => now }),
    auditLog,
    now: () => now,
  });
}
const factorSecrets = aesFactorSecrets({ current: randomBytes(64), former: [] });

let address = 0;
const someClient = () => ({ address: `203.0.113.${(address += 1)}`, userAgent: undefined });
const numberIn = (country: string, index: number) => `+${country}17612345${String(index).padStart(2, "0")}`;

const atOnce = 2; // limits hold for any number of parallel calls (AUTH-12); a busy database answers few of them in time

/** How many of the messages were sent, and why the others were not. */
async function outcomes(sends: readonly (() => Promise<unknown>)[]) {
  const done: PromiseSettledResult<unknown>[] = [];
  for (let from = 0; from < sends.length; from += atOnce)
    done.push(...(await Promise.allSettled(sends.slice(from, from + atOnce).map((send) => send()))));
  const refused = done.flatMap((each) => (each.status === "rejected" ? [String(each.reason.message)] : []));
  return { sent: done.length - refused.length, refused: [...new Set(refused)] };
}

test("SMS-01 50 accounts of 10 countries, many at once, get exactly the messages of the month, in the next one others", async () => {
  const processes = [open(25), open(25)];
  const sendAll = (index: number) =>
    countries.map(
      (country, at) => () =>
        processes[at % 2]!.send(randomUUID(), numberIn(country, index), randomUUID(), someClient()),
    );
  events = [];
  const waves = [];
  for (const index of [0, 1, 2, 3, 4]) waves.push(await outcomes(sendAll(index)));
  expect(waves.map(({ sent }) => sent)).toEqual([10, 10, 5, 0, 0]);
  expect(waves.at(-1)!.refused).toEqual(["the messages of this month are used up"]);
  expect(sns.sent).toHaveLength(25);
  expect(events.filter((event) => event === "texts_exhausted")).toHaveLength(25);
  now = new Date("2026-07-01T00:00:00Z");
  expect((await outcomes(sendAll(5))).sent).toBe(10);
});

test("SMS-01 a country, a number, a network and an account each get exactly their messages of parallel ones", async () => {
  now = new Date("2026-08-01T12:00:00Z");
  const { send } = open(100);
  const many = Array.from({ length: 24 }, (_, index) => index);
  const toCountry = many.map(
    (index) => () => send(randomUUID(), numberIn("30", index), randomUUID(), someClient()),
  );
  expect(await outcomes(toCountry)).toEqual({
    sent: 20,
    refused: ["limit reached: text messages to country"],
  });
  const toNumber = many
    .slice(0, 10)
    .map(() => () => send(randomUUID(), numberIn("31", 1), randomUUID(), someClient()));
  expect(await outcomes(toNumber)).toEqual({ sent: 5, refused: ["limit reached: text messages to number"] });
  const client = someClient();
  const from = many
    .slice(0, 12)
    .map((index) => () => send(randomUUID(), numberIn("32", index), randomUUID(), client));
  expect(await outcomes(from)).toEqual({ sent: 10, refused: ["limit reached: text messages from address"] });
  const accountId = randomUUID();
  const again = () =>
    many.slice(0, 3).map((index) => () => send(accountId, numberIn("33", index), randomUUID(), someClient()));
  const oneOf = { sent: 1, refused: ["limit reached: next text message"] };
  for (let count = 0; count < 5; count += 1) {
    expect(await outcomes(again())).toEqual(oneOf);
    now = after(now, 60_000);
  }
  const { sent, refused } = await outcomes(again());
  expect([sent, refused.includes("limit reached: text messages of account")]).toEqual([0, true]);
});

test("SMS-01 premium numbers and other countries get nothing, and count for nothing", async () => {
  const before = sns.sent.length;
  const { send } = open(25);
  for (const number of ["+499001234567", "+18765551234"])
    await expect(send(randomUUID(), number, randomUUID(), someClient())).rejects.toMatchObject({
      code: "text_not_sent",
    });
  expect(sns.sent).toHaveLength(before);
});
