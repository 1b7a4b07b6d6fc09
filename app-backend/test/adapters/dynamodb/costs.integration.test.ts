import { randomBytes, randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { jwtTokens } from "../../../src/adapters/jwt/tokens.ts";
import { limits } from "../../../src/domain/limit.ts";
import { mediaKey, notesKey } from "../../../src/domain/object-key.ts";
import { after } from "../../../src/domain/time.ts";
import type { IdentityProvider } from "../../../src/ports/identity-provider.ts";
import { sessionUseCases, type SignedIn } from "../../../src/usecases/identity/sessions.ts";
import { fromAddress, rateLimiter } from "../../../src/usecases/rate-limiter.ts";
import { at, reference, someAccount, someFacts, someSave } from "../../contract/fixtures.ts";
import { factorParts } from "../../factor-parts.ts";
import { sizeOf, unitsOf } from "./costs.ts";
import { renditionOf } from "../../contract/rendition.ts";
import { requestCounter, type Requested } from "./request-counter.ts";
import { type DynamodbStores, openDynamodbStores } from "./stores.ts";

// The emulator takes one call after the other.
jest.setTimeout(240_000);

const client = { address: "203.0.113.7", userAgent: "curl/8" };
const keyring = () => ({ current: randomBytes(64), former: [] });

let stores: DynamodbStores;
let counter: ReturnType<typeof requestCounter>;
let sessions: ReturnType<typeof sessionUseCases>;
let limiter: ReturnType<typeof rateLimiter>;
let time = at;

beforeAll(async () => {
  stores = await openDynamodbStores();
  counter = requestCounter(stores.client);
  const common = { now: () => time, auditLog: () => undefined };
  limiter = rateLimiter({ ...common, limits: stores.limits });
  const parts = factorParts({
    ...{ ...common, ...stores, rateLimiter: limiter },
    // Another service, which no table pays for.
    identity: { authenticate: async () => true } as unknown as IdentityProvider,
  });
  sessions = sessionUseCases({
    ...parts,
    tokens: jwtTokens({ accessSecrets: keyring(), refreshSecrets: keyring(), newId: randomUUID }),
    confirmationRequired: false,
  });
  await member(); // its month is known from now on
});
afterAll(() => stores.close());
beforeEach(() => {
  time = at;
});

async function member() {
  const account = someAccount();
  await stores.accounts.add(account, "hash");
  return account;
}

/** Requests of `work`, and units of reading and of writing. */
async function costOf(work: () => Promise<unknown>) {
  counter.reset();
  await work();
  const isRead = ({ operation }: Requested) => ["GetItem", "Query"].includes(operation);
  const units = (requests: readonly Requested[]) => requests.reduce((sum, each) => sum + unitsOf(each), 0);
  return {
    requests: counter.requests.length,
    reads: units(counter.requests.filter(isRead)),
    writes: units(counter.requests.filter((each) => !isRead(each))),
  };
}

// docs/choosing-a-stack.md and infra/src/price/serverless.ts have these figures too.
describe("SLS-25 what a request of a person asks of DynamoDB:", () => {
  test("a sign-in, on a new network and on a known one", async () => {
    const { email } = await member();
    const signIn = () => sessions.signIn(email, "password", client);
    const first = await costOf(signIn);
    const second = await costOf(signIn);
    for (const cost of [first, second]) {
      expect(cost.requests).toBeLessThanOrEqual(15);
      expect(cost.reads).toBeLessThanOrEqual(9);
      expect(cost.writes).toBeLessThanOrEqual(6);
    }
  });

  test("a refresh", async () => {
    const { email } = await member();
    const { refreshToken } = (await sessions.signIn(email, "password", client)) as SignedIn;
    time = after(at, 60_000);
    expect(await costOf(() => sessions.refresh(refreshToken.text))).toEqual({
      requests: 2,
      reads: 1,
      writes: 1,
    });
  });

  test("who am I", async () => {
    const { email } = await member();
    const { accessToken } = (await sessions.signIn(email, "password", client)) as SignedIn;
    const cost = await costOf(() => sessions.authenticateAccount(accessToken));
    expect(cost).toEqual({ requests: 2, reads: 2, writes: 0 });
  });

  test("an announcement and a publication, and a page of 20", async () => {
    const { id: accountId } = await member();
    const announce = async () => {
      const id = randomUUID();
      await limiter.consume([limits.uploadOfAccount, accountId]);
      const name = "a".repeat(100);
      await stores.images.add({ id, accountId, name, contentType: "image/png", bytes: 100, createdAt: at });
      return id;
    };
    const publish = (id: string) => stores.images.publish(id, renditionOf(id), new Date());
    await publish(await announce()); // its month is known from now on
    let id = "";
    const announced = await costOf(async () => (id = await announce()));
    expect(announced).toEqual({ requests: 2, reads: 0, writes: 7 });
    expect(await costOf(() => publish(id))).toEqual({ requests: 2, reads: 1, writes: 8 });
    for (let count = 0; count < 20; count += 1) await publish(await announce());
    const page = await costOf(() => stores.images.list({ limit: 21 }));
    expect(page.requests).toBe(1);
    expect(page.reads + page.writes).toBeLessThanOrEqual(3.5);
  });

  test("an upload of media, a project with it, a save, and a list of 24", async () => {
    const { id: accountId } = await member();
    const { projects, media } = stores;
    const announce = async () => {
      const file = { id: randomUUID(), accountId };
      expect(await media.add({ ...file, name: "Lecture 7.mp3", bytes: 100, createdAt: at })).toBe(true);
      return file;
    };
    await announce(); // its day is known from now on
    let file = { id: "", accountId };
    const announced = await costOf(async () => (file = await announce()));
    expect(announced).toEqual({ requests: 1, reads: 0, writes: 6 });
    const sha256 = reference();
    const objectKey = mediaKey(file, sha256, "mp3");
    const stored = { sha256, contentType: "audio/mpeg", bytes: 100, objectKey };
    const completed = await costOf(() => media.store(file, stored, at, after(at, 1000)));
    expect(completed).toEqual({ requests: 3, reads: 2, writes: 8 });

    const saveOf = (id: string) => {
      const notes = {
        key: notesKey({ id, accountId }, randomUUID(), reference()),
        sha256: reference(),
        bytes: 9,
      };
      return someSave({ notes, device: "Firefox on Linux", saveId: randomUUID() });
    };
    const facts = (number: number) =>
      someFacts({
        title: `Lecture ${number}: ${"a".repeat(40)}`,
        label: "Week 1",
        type: "audio",
        mediaId: file.id,
      });
    const add = (id: string, number: number) =>
      projects.add({ id, accountId, facts: facts(number), save: saveOf(id) });
    const id = randomUUID();
    expect(await costOf(() => add(id, 0))).toEqual({ requests: 2, reads: 1, writes: 12 });
    const { revision } = (await projects.get({ id, accountId }))!;
    const count = () => limiter.consume([limits.notesOfAccount, accountId]);
    await count(); // its item is there from now on
    const save = () => projects.save({ id, accountId }, revision, saveOf(id));
    expect(await costOf(() => count().then(save))).toEqual({ requests: 3, reads: 1, writes: 9 });
    for (let number = 1; number < 25; number += 1) await add(randomUUID(), number);
    const unused = await announce();
    await media.store(unused, { ...stored, sha256: reference() }, at, after(at, 1000));
    const remove = async () => {
      await media.get(unused);
      await limiter.consume([limits.removalOfAccount, accountId, 2]);
      await media.remove(unused);
    };
    await limiter.consume([limits.removalOfAccount, accountId]); // its item is there from now on
    expect(await costOf(remove)).toEqual({ requests: 4, reads: 2, writes: 8 });
    const list = await costOf(() => projects.list({ accountId, limit: 24 }));
    expect(list).toEqual({ requests: 1, reads: 3, writes: 0 });
  });

  test("a request that is refused by a limit takes at most 2 units", async () => {
    const { email } = await member();
    const from = { ...client, address: "198.51.100.7" };
    for (let count = 0; count < limits.signInFromAddress.free; count += 1)
      await limiter.consume(fromAddress(limits.signInFromAddress, from));
    const refused = () => expect(sessions.signIn(email, "wrong", from)).rejects.toThrow("limit reached");
    expect(await costOf(refused)).toEqual({ requests: 2, reads: 1, writes: 1 });
  });

  test("no item of it is larger than what is counted as 1 KB", async () => {
    const sizes = (await stores.tables.items()).map(sizeOf);
    expect(Math.max(...sizes)).toBeLessThan(1_024);
  });
});
