import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { mysqlAccounts } from "../../src/adapters/mysql/accounts.ts";
import { mysqlChallenges } from "../../src/adapters/mysql/challenges.ts";
import { mysqlFactors } from "../../src/adapters/mysql/factors.ts";
import { mysqlImages } from "../../src/adapters/mysql/images.ts";
import { mysqlMedia } from "../../src/adapters/mysql/media.ts";
import { mysqlOneTimeCodes } from "../../src/adapters/mysql/one-time-codes.ts";
import { mysqlPasskeys } from "../../src/adapters/mysql/passkeys.ts";
import { mysqlPasswordHashes } from "../../src/adapters/mysql/password-hashes.ts";
import { mysqlProviderIdentities } from "../../src/adapters/mysql/provider-identities.ts";
import { mysqlProjects } from "../../src/adapters/mysql/projects.ts";
import { mysqlSessions } from "../../src/adapters/mysql/sessions.ts";
import { ownIdentityRemoval } from "../../src/adapters/own/identity-provider.ts";
import { openIntegrity } from "../../src/compose/ec2-jobs.ts";
import { openStorage } from "../../src/compose/ec2-storage.ts";
import { accountRemoval } from "../../src/usecases/account-removal.ts";
import { rawMysql } from "../adapters/mysql/stores.ts";
import { startApp, type TestApp } from "../app.ts";
import {
  type Answer,
  goodPassword,
  member,
  postJson,
  refresh,
  register,
  sendJson,
  bearer,
  getAccount,
  signIn,
} from "../client.ts";
import { reference } from "../contract/fixtures.ts";
import { announceMedia } from "../media-uploads.ts";
import { runIntegrityJob, startProcess } from "../process.ts";
import { announce } from "../uploads.ts";

type Member = Answer & { readonly email: string };
/** Called around each call of an adapter; may never return. */
type Around = (call: () => unknown) => unknown;

let app: TestApp;
let storage: ReturnType<typeof openStorage>;
let integrity: ReturnType<typeof openIntegrity>;
let bystander: Member;

jest.setTimeout(240_000);

beforeAll(async () => {
  app = await startApp();
  storage = openStorage(app.config, () => new Date());
  integrity = openIntegrity(app.config);
  bystander = await member(app);
  await furnish(bystander);
});
afterAll(async () => {
  const left = await leftOf(bystander);
  await Promise.all([storage.close(), integrity.close()]);
  await app.close();
  expect(left).toEqual(whole);
});

/** What `furnish` makes, beside what every account has. */
const whole = { rows: 11, objects: 8 };

/**
 * Two images with their objects, an upload and a reset code, beside picture, session and confirmation code. A project with
 * its notes and media, a file that is announced, and notes that no record names.
 */
async function furnish({ body, email }: Member): Promise<void> {
  const accountId = body.account.id;
  const raw = rawMysql(app.pool);
  for (const _ of [1, 2]) {
    const id = randomUUID();
    const objectKeys = [`images/${id}/${accountId}.jpg`, `images/${id}/${accountId}.webp`];
    await raw.addImage({ id, accountId, objectKeys });
    for (const key of objectKeys) await putObject(key);
  }
  expect((await announce(app, body.accessToken, Buffer.from("a"))).status).toBe(201);
  const [project, media] = [randomUUID(), randomUUID()];
  const notesKey = `notes/${accountId}/${project}/${randomUUID()}/a.json`;
  const objectKey = `media/${accountId}/${media}/a.mp3`;
  const stored = { id: media, accountId, sha256: reference(), objectKey, keptUntil: new Date() };
  await raw.addMedia(stored);
  await raw.addProject({ id: project, accountId, notesKey, mediaId: media });
  for (const key of [notesKey, objectKey, notesKey.replace("a.json", "b.json")]) await putObject(key);
  expect((await announceMedia(app, body.accessToken, Buffer.from("a"))).status).toBe(201);
  await postJson(app, "/auth/forgot", { email });
  await app.settle();
}

async function putObject(Key: string): Promise<void> {
  await app.s3.send(new PutObjectCommand({ Bucket: app.config.storage.bucket, Key, Body: "one" }));
}

/** Rows and objects that name an account, read without any port. */
async function leftOf({ body }: Member) {
  const { id } = body.account;
  const keys = await app.bucket.keys();
  return {
    rows: await rawMysql(app.pool).count(id),
    objects: keys.filter((key) => key.includes(id)).length,
  };
}

/** The use case over the real stores; `around` sees each call of theirs. */
function removalOver(around: Around) {
  const seen = <Port extends object>(port: Port): Port =>
    new Proxy(port, {
      get: (target, name, self) => {
        const method: unknown = Reflect.get(target, name, self);
        return typeof method === "function" ? (...args: unknown[]) => around(() => method(...args)) : method;
      },
    });
  const { pool, objectStore } = storage;
  return accountRemoval({
    accounts: seen(mysqlAccounts(pool)),
    sessions: seen(mysqlSessions(pool)),
    factors: seen(mysqlFactors(pool)),
    passkeys: seen(mysqlPasskeys(pool)),
    challenges: seen(mysqlChallenges(pool)),
    images: seen(mysqlImages(pool)),
    projects: seen(mysqlProjects(pool)),
    media: seen(mysqlMedia(pool)),
    identities: seen(mysqlProviderIdentities(pool)),
    objectStore: seen(objectStore),
    identity: {
      remove: ownIdentityRemoval({
        hashes: seen(mysqlPasswordHashes(pool)),
        codes: seen(mysqlOneTimeCodes(pool)),
      }),
    },
    now: () => new Date(),
  });
}

const stopped = new Error("stopped here");
/** How many accounts are removed at a time. */
const atOnce = 8;

/** Removes an account until a call, with or without its effect. Returns whether that call was reached. */
async function removeUntil(accountId: string, stopAt: number, isDone: boolean): Promise<boolean> {
  let calls = 0;
  const { begin, finish } = removalOver((call) => {
    calls += 1;
    if (calls < stopAt) return call();
    const done = calls === stopAt && isDone ? call() : undefined;
    if (!(done instanceof Promise)) throw stopped;
    return done.then(() => Promise.reject(stopped));
  });
  try {
    await begin(accountId);
    await finish(accountId);
    return false;
  } catch (error) {
    if (error !== stopped) throw error;
    return true;
  }
}

const resumed = () => integrity.resume();

/** Stops the removal of a new account at a call. Returns the account, and whether that call was reached. */
async function stoppedAt(stopAt: number, isDone: boolean) {
  const person = await member(app);
  await furnish(person);
  const { id } = person.body.account;
  expect(await leftOf(person)).toEqual(whole);
  const isStopped = await removeUntil(id, stopAt, isDone);
  const isBegun = stopAt > 1 || isDone;
  if (isBegun) {
    expect((await getAccount(app, person.body.accessToken)).status).toBe(401);
    expect((await refresh(app, person.cookie)).status).toBe(401);
    expect((await signIn(app, person.email)).status).toBe(401);
    expect(await rawMysql(app.pool).count(person.email)).toBe(0);
  } else {
    expect((await getAccount(app, person.body.accessToken)).status).toBe(200);
    expect(await removeUntil(id, Infinity, false)).toBe(false);
  }
  return { person, isStopped };
}

describe("AUTH-30 a removal", () => {
  test.each([
    ["before", false],
    ["after", true],
  ])(
    "that stops %s any call of a store leaves an account that is gone, and is resumed",
    async (_when, isDone) => {
      let reached = 0;
      for (let first = 1; ; first += atOnce) {
        const points = Array.from({ length: atOnce }, (_, index) => first + index);
        const all = await Promise.all(points.map((stopAt) => stoppedAt(stopAt, isDone)));
        await resumed();
        for (const { person } of all) expect(await leftOf(person)).toEqual({ rows: 0, objects: 0 });
        const stoppedNow = all.filter(({ isStopped }) => isStopped).length;
        reached += stoppedNow;
        if (stoppedNow < atOnce) break;
      }
      expect(reached).toBeGreaterThanOrEqual(20);
    },
  );

  test("that stopped frees the address, and removes nothing of the next account with it", async () => {
    const person = await member(app);
    await furnish(person);
    await removeUntil(person.body.account.id, 2, false);
    const next = await register(app, { email: person.email });
    expect(next.status).toBe(201);
    expect(await resumed()).toBe(1);
    expect(await leftOf(person)).toEqual({ rows: 0, objects: 0 });
    expect((await signIn(app, person.email)).body.account.id).toBe(next.body.account.id);
  });

  test("whose process is killed is finished by the nightly job", async () => {
    const bucket = await holdingBucket();
    const person = await member(app);
    await furnish(person);
    const held = { ...app.config.storage, endpoint: `http://127.0.0.1:${bucket.port}` };
    const server = await startProcess({ ...app, config: { ...app.config, storage: held } });
    const origin = { ...bearer(person.body.accessToken), origin: app.siteOrigin };
    const at = { ...app, url: server.url };
    const answer = sendJson(at, "DELETE", "/auth/remove", { password: goodPassword }, origin);
    await Promise.all([expect(answer).rejects.toThrow(), bucket.held.then(() => server.kill())]);
    bucket.close();
    expect(await leftOf(person)).toEqual({ rows: 8, objects: 8 });
    expect((await signIn(app, person.email)).status).toBe(401);
    expect(await runIntegrityJob(app)).toMatchObject({ removed: 1 });
    expect(await leftOf(person)).toEqual({ rows: 0, objects: 0 });
  });

  test("during a publication removes its objects, or they are not published", async () => {
    const [images, raw] = [mysqlImages(app.pool), rawMysql(app.pool)];
    /** Publishes beside one call of the removal; beside call 0 is before all of them. */
    async function round(beside: number): Promise<boolean> {
      const [accountId, id] = [await raw.addAccount(), randomUUID()];
      const at = new Date();
      await images.add({
        id,
        accountId,
        name: "Silver",
        contentType: "image/png",
        bytes: 100,
        createdAt: at,
      });
      const [objectKey, thumbnailKey] = [`images/${id}/a.jpg`, `images/${id}/b.webp`];
      for (const key of [objectKey, thumbnailKey]) await putObject(key);
      const size = { bytes: 90, width: 40, height: 30, thumbnailWidth: 20, thumbnailHeight: 15 };
      const rendition = { contentType: "image/jpeg" as const, ...size, objectKey, thumbnailKey };
      const publish = () => images.publish(id, rendition, at).catch(() => false);
      let publication = beside === 0 ? Promise.resolve(await publish()) : undefined;
      let calls = 0;
      const { begin, finish } = removalOver((call) => {
        if (++calls === beside) publication = publish();
        return call();
      });
      await begin(accountId);
      await finish(accountId);
      const isPublished = await (publication ?? publish());
      expect(await raw.count(id)).toBe(0);
      const left = (await app.bucket.keys()).filter((key) => key.includes(id));
      if (isPublished) expect(left).toEqual([]);
      return isPublished;
    }
    const outcomes: boolean[] = [];
    for (let first = 0; first < 24; first += atOnce)
      outcomes.push(
        ...(await Promise.all(Array.from({ length: atOnce }, (_, index) => round(first + index)))),
      );
    expect(outcomes[0]).toBe(true);
    expect(outcomes).toContain(false);
  });
});

/** A way to the bucket that removes no object; `held` resolves when it was asked to. */
async function holdingBucket() {
  const { port } = new URL(app.config.storage.endpoint!);
  let hold = () => {};
  const held = new Promise<void>((resolve) => (hold = resolve));
  const server = createServer((req, res) => {
    const { method = "", url: path = "", headers } = req;
    if (path.includes("?delete")) return hold();
    const passedOn = request({ host: "127.0.0.1", port, method, path, headers }, (answer) => {
      res.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(res);
    });
    req.pipe(passedOn);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { port: (server.address() as AddressInfo).port, held, close };
}
