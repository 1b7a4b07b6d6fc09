import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, jest, test } from "@jest/globals";
import { at, reference } from "../../contract/fixtures.ts";
import { type DynamodbStores, openDynamodbStores } from "./stores.ts";

// The emulator takes one call after the other.
jest.setTimeout(240_000);

let stores: DynamodbStores;

beforeAll(async () => {
  stores = await openDynamodbStores();
});
afterAll(() => stores.close());

test("PRJ-16 a project with more versions than a transaction takes is removed whole, and counted back", async () => {
  const { projects, raw, db } = stores;
  const project = { id: randomUUID(), accountId: await raw.addAccount() };
  const pk = `account#${project.accountId}`;
  await raw.addProject({ ...project, notesKey: "notes/1" });
  for (let version = 2; version <= 95; version += 1) {
    const notes = { notesKey: `notes/${version}`, notesSha256: reference(), notesBytes: 100 };
    const sk = `project#${project.id}#version#${String(version).padStart(10, "0")}`;
    const item = { version, ...notes, device: "curl", savedAt: at };
    await db.write({ put: { table: "records", pk, sk }, item });
  }
  await db.write({ update: { table: "records", pk, sk: `project#${project.id}` }, set: { version: 95 } });
  await raw.setUsage(project.accountId, (await raw.usage(project.accountId)).summed);
  expect(new Set(await projects.remove(project, at)).size).toBe(95);
  expect(await raw.count(project.id)).toBe(0);
  const nothing = { projects: 0, notesBytes: 0, mediaFiles: 0, mediaBytes: 0 };
  expect(await raw.usage(project.accountId)).toEqual({ counted: nothing, summed: nothing });
});
