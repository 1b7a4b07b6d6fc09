import { randomUUID } from "node:crypto";
import { UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import type { Owned } from "../../../src/domain/owned.ts";
import type { Key } from "../../../src/adapters/dynamodb/keys.ts";
import {
  at,
  holderOf,
  reference,
  someAccount,
  someFacts,
  someSave,
  someSession,
} from "../../contract/fixtures.ts";
import { after } from "../../../src/domain/time.ts";
import { renditionOf } from "../../contract/rendition.ts";
import { type DynamodbStores, openDynamodbStores } from "./stores.ts";

// The emulator takes one call after the other.
jest.setTimeout(240_000);

let stores: DynamodbStores;

beforeAll(async () => {
  stores = await openDynamodbStores();
});
afterAll(() => stores.close());

const accountKey = (id: string): Key => ({ table: "records", pk: `account#${id}`, sk: "account" });

/** Attributes that a later release may write: of all types, and a number that JavaScript cannot hold. */
const unknown = {
  a: { S: "" },
  b: { N: "123456789012345678901234567890" },
  c: { B: new Uint8Array([1, 2]) },
  d: { L: [{ M: { e: { NULL: true as const } } }] },
  f: { SS: ["g"] },
};

async function addUnknown({ table, pk, sk }: Key): Promise<void> {
  await stores.tables.client.send(
    new UpdateItemCommand({
      TableName: stores.tables.names[table],
      Key: { pk: { S: pk }, sk: { S: sk } },
      UpdateExpression: "SET #a = :a, #b = :b, #c = :c, #d = :d, #f = :f",
      ExpressionAttributeNames: { "#a": "a", "#b": "b", "#c": "c", "#d": "d", "#f": "f" },
      ExpressionAttributeValues: Object.fromEntries(
        Object.entries(unknown).map(([name, value]) => [`:${name}`, value]),
      ),
    }),
  );
}

describe("SLS-26 items of other releases", () => {
  test("are read without the attributes that came later", async () => {
    const id = await stores.raw.addAccount({ email: "ada@example.org" });
    const account = someAccount({ id, email: "ada@example.org", pictureKey: `pictures/${id}/a.png` });
    expect(await stores.accounts.get(id)).toEqual({ ...account, createdAt: expect.any(Date) });
  });

  test("keep attributes that are not known yet", async () => {
    const account = someAccount();
    const { id, pictureKey } = account;
    await stores.accounts.add(account, "hash");
    const session = someSession(id);
    await stores.sessions.add(session);
    const image = {
      id: randomUUID(),
      accountId: id,
      name: "a",
      contentType: "image/png",
      bytes: 1,
      createdAt: at,
    };
    await stores.images.add(image);
    const { sessionId } = holderOf(session);
    const keys: Key[] = [
      accountKey(id),
      { table: "expiring", pk: `account#${id}`, sk: `session#${sessionId}` },
      { table: "records", pk: `image#${image.id}`, sk: "image" },
    ];
    for (const key of keys) await addUnknown(key);
    expect(await stores.accounts.get(id)).toEqual(account);
    await stores.accounts.replaceProfile(id, { username: "" });
    await stores.accounts.replacePicture(id, pictureKey, "pictures/b");
    await stores.hashes.replace(id, { to: "other" });
    await stores.sessions.renew(holderOf(session), 1);
    const step = { ...holderOf(session), credentialVersion: 1, from: session.current, to: reference() };
    const times = { currentSince: at, at: after(at, 1000), idleEndsAt: after(at, 2000) };
    expect(await stores.sessions.rotate({ ...step, ...times })).toBe(true);
    expect(await stores.images.publish(image.id, renditionOf(image.id), at)).toBe(true);
    for (const key of keys) expect(await stores.db.get(key)).toMatchObject(unknown);
    expect(await stores.accounts.get(id)).toMatchObject({ username: "", pictureKey: "pictures/b" });
  });

  test("of projects and media keep them too, and an account that has counted none of both counts on", async () => {
    const { projects, media, raw } = stores;
    const accountId = await raw.addAccount();
    const [project, file] = [1, 2].map(() => ({ id: randomUUID(), accountId })) as [Owned, Owned];
    await media.add({ ...file, name: "a.mp3", bytes: 100, createdAt: at });
    const save = someSave();
    await projects.add({ ...project, facts: someFacts(), save });
    const keys = [`project#${project.id}`, `media#${file.id}`, "account"].map((sk): Key => ({
      table: "records",
      pk: `account#${accountId}`,
      sk,
    }));
    for (const key of keys) await addUnknown(key);
    const objectKey = `media/a/${file.id}/b.mp3`;
    await media.store(file, { sha256: reference(), contentType: "audio/mpeg", bytes: 90, objectKey }, at, at);
    const next = someSave();
    expect(await projects.save(project, save.revision, next)).toBe(true);
    const facts = someFacts({ type: "audio", mediaId: file.id });
    const change = { revision: randomUUID(), device: "curl", at };
    expect(await projects.replaceFacts(project, next.revision, facts, change)).toEqual([]);
    expect(await projects.bin(project, at)).toBe(true);
    expect(await projects.restore(project)).toBe(true);
    for (const key of keys) expect(await stores.db.get(key)).toMatchObject(unknown);
    const { counted, summed } = await raw.usage(accountId);
    expect(counted).toEqual(summed);
  });

  test("of a project whose account the release before has removed name no object, and can be removed", async () => {
    const project = { id: randomUUID(), accountId: randomUUID() };
    const notesKey = `notes/${project.accountId}/${project.id}/a/b.json`;
    await stores.raw.addProject({ ...project, notesKey });
    expect(await stores.records.known([notesKey])).toEqual(new Set());
    expect(await stores.projects.remove(project, at)).toEqual([notesKey]);
    expect(await stores.raw.count(project.id)).toBe(0);
  });

  test("of more than 400 KB are refused as the input's fault, and nothing changes", async () => {
    const id = await stores.raw.addAccount();
    const tooLong = "x".repeat(410_000);
    const refused = stores.accounts.replaceProfile(id, { firstName: tooLong });
    await expect(refused).rejects.toMatchObject({ code: "invalid_input" });
    expect(await stores.accounts.get(id)).toMatchObject({ firstName: null });
  });
});
