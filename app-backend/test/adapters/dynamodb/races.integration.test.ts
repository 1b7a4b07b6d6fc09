import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, jest, test } from "@jest/globals";
import { at, someFacts, someSave } from "../../contract/fixtures.ts";
import { isBroken } from "../../contract/races.ts";
import { raceOfRotations } from "../../contract/sessions.ts";
import { renditionOf } from "../../contract/rendition.ts";
import { type DynamodbStores, openDynamodbStores } from "./stores.ts";
import { endpoints } from "./tables.ts";

jest.setTimeout(240_000);

let stores: DynamodbStores;
beforeAll(async () => {
  stores = await openDynamodbStores({ at: endpoints.bare });
});
afterAll(() => stores.close());

/** How many of ten at once succeed; to some the emulator answers no JSON. */
async function winners(attempt: () => Promise<boolean>): Promise<number> {
  const outcomes = await Promise.allSettled(Array.from({ length: 10 }, attempt));
  return outcomes.filter((outcome) => outcome.status === "fulfilled" && outcome.value).length;
}

const rule = { name: "race", free: 1, delayMs: 1000, maxDelayMs: 5000, forgetMs: 60_000 };

const races: readonly [string, (accountId: string) => Promise<number>][] = [
  ["SESS-05 rotations of one token", (accountId) => raceOfRotations(stores.sessions, accountId)],
  [
    "AUTH-12 attempts at a limit",
    () => {
      const subject = randomUUID();
      return winners(async () => (await stores.limits.consume(rule, subject, at)) === 0);
    },
  ],
  [
    "publications of one image",
    async (accountId) => {
      const id = randomUUID();
      await stores.images.add({
        id,
        accountId,
        name: "a",
        contentType: "image/png",
        bytes: 100,
        createdAt: at,
      });
      const published = await winners(() => stores.images.publish(id, renditionOf(id), at));
      await stores.images.remove(id);
      return published;
    },
  ],
  [
    "PRJ-05 saves of one revision",
    async (accountId) => {
      const [project, save] = [{ id: randomUUID(), accountId }, someSave()];
      await stores.projects.add({ ...project, facts: someFacts(), save });
      const saved = await winners(() => stores.projects.save(project, save.revision, someSave()));
      await stores.projects.remove(project, at);
      return saved;
    },
  ],
];

// The mutant: were one of them to win each round here too, the suites of the contract would prove nothing about it.
test.each(races)("an emulator that is not atomic lets several succeed: %s", async (_what, race) => {
  const accountId = await stores.raw.addAccount();
  expect(await isBroken(() => race(accountId))).toBe(true);
});
