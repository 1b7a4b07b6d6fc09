import { createHash } from "node:crypto";
import { GetObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { openIntegrity } from "../../src/compose/ec2-jobs.ts";
import { rawMysql } from "../adapters/mysql/stores.ts";
import { startAgain, startApp, type TestApp } from "../app.ts";
import { type Answer, bearer, goodPassword, member, send, sendJson } from "../client.ts";
import { eventually } from "../eventually.ts";
import { announceMedia, completed, completeMedia, sound, uploadMedia } from "../media-uploads.ts";
import { startProcess } from "../process.ts";
import { type Hook, isCopy, s3Hook } from "../s3-hook.ts";
import { put } from "../uploads.ts";

jest.setTimeout(120_000);

let way: Awaited<ReturnType<typeof s3Hook>>;
let app: TestApp;
/** The same application, by a straight way to the bucket. */
let other: Awaited<ReturnType<typeof startAgain>>;
let direct: TestApp["config"]["storage"];

beforeAll(async () => {
  const endpoint = process.env["AWS_ENDPOINT_URL_S3"]!;
  way = await s3Hook(endpoint);
  app = await startApp({ bucketPort: way.port, mediaTimes: { waitMs: 200, workMs: 60_000 } });
  direct = { ...app.config.storage, endpoint };
  other = await startAgain(app, { storage: direct });
});
afterAll(async () => {
  way.close();
  await Promise.all([other.close(), app.close()]);
});

afterEach(() => {
  way.hooks.before = way.hooks.after = undefined;
});

async function person() {
  const { body } = await member(app);
  return { token: body.accessToken, accountId: body.account.id };
}

/** A file that is announced and sent. */
async function sent(token: string, file: Buffer): Promise<string> {
  const announced = await announceMedia(app, token, file);
  expect(await put(announced, file)).toBe(200);
  return announced.body.media.id;
}

async function keysOf(text: string): Promise<string[]> {
  return (await app.bucket.keys()).filter((key) => key.includes(text) && !key.startsWith("pictures/"));
}

async function requireCounted(accountId: string): Promise<void> {
  const { counted, summed } = await rawMysql(app.pool).usage(accountId);
  expect(counted).toEqual(summed);
}

/** What the nightly check finds when nothing is young any longer. */
async function inspected(repair: boolean) {
  const { inspect, close } = openIntegrity(
    { ...app.config, storage: direct },
    () => new Date(Date.now() + 2 * 3_600_000),
  );
  return inspect(repair).finally(close);
}

const whole = (answer: Answer) => ({ status: answer.status, state: answer.body.media?.state });

/** A promise, and what resolves it. */
function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open, opened };
}

describe("completing a file", () => {
  test("PRJ-39 that takes longer than a request waits is 202, goes on, and is read once for all that ask", async () => {
    const { token } = await person();
    const id = await sent(token, sound());
    const [release, reads] = [gate(), [] as string[]];
    way.hooks.before = (req) => {
      if (req.method === "GET" && req.url?.includes(id)) reads.push(req.url);
      return isCopy(req) ? release.opened : undefined;
    };
    const first = await Promise.all([1, 2, 3].map(() => completeMedia(app, token, id)));
    expect(first.map(whole)).toEqual(first.map(() => ({ status: 202, state: "pending" })));
    expect(first[0]!.headers.get("retry-after")).toBe("2");
    release.open();
    expect(whole(await completed(app, token, id))).toEqual({ status: 200, state: "stored" });
    expect(reads).toHaveLength(1);
  });

  test("PRJ-41 asks the bucket the same, whether another account has the bytes or none", async () => {
    const [one, other] = [await person(), await person()];
    const file = sound();
    const requestsFor = async ({ token }: { token: string }) => {
      const id = await sent(token, file);
      const asked: string[] = [];
      way.hooks.before = (req) => void asked.push(`${req.method} ${isCopy(req) ? "copy" : ""}`);
      expect(whole(await completed(app, token, id))).toEqual({ status: 200, state: "stored" });
      await eventually(async () => (await app.places())["media"] === 0);
      way.hooks.before = undefined;
      return asked;
    };
    const first = await requestsFor(one);
    expect(first).toContain("PUT copy");
    expect(await requestsFor(other)).toEqual(first);
  });

  test("PRJ-39 waits in line while another of the account is read, and others are served", async () => {
    const [one, other] = [await person(), await person()];
    const [first, second] = [await sent(one.token, sound()), await sent(one.token, sound())];
    const theirs = await sent(other.token, sound());
    const release = gate();
    way.hooks.before = (req) =>
      isCopy(req) && req.url?.includes(one.accountId) ? release.opened : undefined;
    for (const id of [first, second]) expect((await completeMedia(app, one.token, id)).status).toBe(202);
    expect((await completed(app, other.token, theirs)).status).toBe(200);
    expect((await app.places())["media"]).toBe(2);
    release.open();
    for (const id of [first, second]) expect((await completed(app, one.token, id)).status).toBe(200);
    expect((await app.places())["media"]).toBe(0);
  });

  test("UPL-16 is not undone by a process that is late: no empty object replaces what was stored", async () => {
    const { token, accountId } = await person();
    const file = sound();
    const id = await sent(token, file);
    let isLate = true;
    way.hooks.before = async (req) => {
      if (!isCopy(req) || !isLate) return;
      isLate = false;
      expect((await completed(other, token, id)).status).toBe(200); // and closes the upload
    };
    expect(whole(await completed(app, token, id))).toEqual({ status: 200, state: "stored" });
    const [Key] = await keysOf(id);
    const { Body } = await app.s3.send(new GetObjectCommand({ Bucket: app.config.storage.bucket, Key }));
    expect(Buffer.from(await Body!.transformToByteArray()).equals(file)).toBe(true);
    await requireCounted(accountId);
  });

  test("that its owner removes on the way ends with 404, and leaves nothing", async () => {
    const { token, accountId } = await person();
    for (const hook of ["before", "after"] as const) {
      const id = await sent(token, sound());
      const removing: Hook = async (req) => {
        if (isCopy(req)) await send(app, "DELETE", `/media/${id}`, { headers: bearer(token) });
      };
      way.hooks.before = way.hooks.after = undefined;
      way.hooks[hook] = removing;
      expect((await completed(app, token, id)).status).toBe(404);
      expect(await keysOf(id)).toEqual([]);
    }
    await requireCounted(accountId);
  });

  test("AUTH-30 whose account is removed on the way ends with 401, and leaves nothing", async () => {
    const { token, accountId } = await person();
    const id = await sent(token, sound());
    const removed = gate();
    way.hooks.after = async (req) => {
      if (!isCopy(req)) return;
      const origin = { ...bearer(token), origin: app.siteOrigin };
      const removal = await sendJson(app, "DELETE", "/auth/remove", { password: goodPassword }, origin);
      expect(removal.status).toBe(204);
      removed.open();
    };
    const answer = completed(app, token, id);
    await removed.opened;
    expect((await answer).status).toBe(401);
    await eventually(async () => (await app.places())["media"] === 0);
    expect(await keysOf(accountId)).toEqual([]);
    expect(await rawMysql(app.pool).count(accountId)).toBe(0);
  });
});

describe("two applications", () => {
  test("PRJ-41 that complete the same bytes and the same uploads at once store one file", async () => {
    const { token, accountId } = await person();
    const file = sound();
    const ids: string[] = [];
    for (let count = 0; count < 5; count += 1) ids.push(await sent(token, file));
    const answers = await Promise.all(
      ids.flatMap((id) => [app, other].map((at) => completed(at, token, id))),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(new Set(answers.map(({ body }) => body.media.id)).size).toBe(1);
    const sha256 = createHash("sha256").update(file).digest("hex");
    expect(await keysOf(accountId)).toEqual([
      expect.stringContaining(`/${answers[0]!.body.media.id}/${sha256}`),
    ]);
    await requireCounted(accountId);
  });
});

describe("a process that ends", () => {
  let token: string;
  let accountId: string;
  beforeAll(async () => {
    ({ token, accountId } = await person());
  });

  test("DEP-05 lets no request wait for a file, which the next process completes", async () => {
    const id = await sent(token, sound());
    const [ending, reached, end] = [await startAgain(app), gate(), gate()];
    way.hooks.before = async (req) => {
      if (!isCopy(req) || req.url?.includes(id) !== true) return;
      reached.open();
      await end.opened;
    };
    const waiting = completeMedia(ending, token, id);
    await reached.opened;
    ending.hurry();
    expect(whole(await waiting)).toEqual({ status: 202, state: "pending" });
    expect((await completeMedia(ending, token, id)).status).toBe(202);
    way.hooks.before = undefined;
    expect((await completed(other, token, id)).status).toBe(200);
    end.open();
    await ending.close();
    const { url } = (await send(app, "GET", `/media/${id}/url`, { headers: bearer(token) })).body;
    expect((await fetch(url)).status).toBe(200);
  });

  /** Requests to the bucket that complete a new file, and one that the account has. */
  const requests = { new: 3, known: 4 };
  const points = (["new", "known"] as const).flatMap((kind) =>
    Array.from({ length: requests[kind] }, (_, at) => [kind, at + 1] as const),
  );

  test.each(points)(
    "PRJ-39 while it completes a file that is %s, at request %i, loses and leaves nothing, and a repetition succeeds",
    async (kind, at) => {
      for (const when of ["before", "after"] as const) {
        way.hooks.before = way.hooks.after = undefined;
        const file = sound();
        const known = kind === "known" ? (await uploadMedia(app, token, file)).body.media.id : undefined;
        const id = await sent(token, file);
        const [reached, end] = [gate(), gate()];
        let count = 0;
        const ending = await startAgain(app);
        way.hooks[when] = async (req) => {
          if (![id, accountId].some((text) => req.url?.includes(text))) return;
          count += 1;
          if (count !== at) return;
          reached.open();
          await end.opened;
          req.destroy();
        };
        const answer = completeMedia(ending, token, id).catch(() => undefined);
        await reached.opened;
        const repeated = await completed(other, token, id);
        expect(repeated.status).toBe(200);
        expect(repeated.body.media.id).toBe(known ?? id);
        end.open();
        await ending.close();
        await answer;
        await requireCounted(accountId);
      }
    },
  );

  test("PRJ-39 by a signal between object and record has its file completed by the next one, and before answers 503 without the bucket", async () => {
    const { token, accountId } = await person();
    const id = await sent(token, sound());
    const server = await startProcess(app);
    way.hooks.before = async (req) => void (isCopy(req) && req.destroy());
    expect((await completeMedia(server, token, id)).status).toBe(503);
    way.hooks.before = undefined;
    way.hooks.after = async (req) => void (isCopy(req) && (await server.kill()));
    await expect(completeMedia(server, token, id)).rejects.toThrow();
    way.hooks.after = undefined;
    expect(await keysOf(`media/${accountId}`)).toHaveLength(1);
    expect(whole(await completed(app, token, id))).toEqual({ status: 200, state: "stored" });
    await requireCounted(accountId);
  });

  test("PRJ-39 leaves nothing that the integrity check does not repair", async () => {
    expect(await inspected(true)).toMatchObject({ missing: [], mismatched: [], left: [] });
    expect(await inspected(false)).toMatchObject({ missing: [], mismatched: [], orphaned: [], left: [] });
    const [rows] = await app.pool.query("SELECT object_key FROM media WHERE stored_at IS NOT NULL");
    const named = (rows as { object_key: string }[]).map((row) => row.object_key);
    const there = (await app.bucket.keys()).filter((key) => key.startsWith("media/"));
    expect(there.toSorted()).toEqual(named.toSorted());
  });
});
