import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Pool, RowDataPacket } from "mysql2/promise";
import { mysqlMedia } from "../../../src/adapters/mysql/media.ts";
import { mysqlObjectRecords } from "../../../src/adapters/mysql/object-records.ts";
import { openPool } from "../../../src/adapters/mysql/pool.ts";
import { mysqlProjects } from "../../../src/adapters/mysql/projects.ts";
import { after } from "../../../src/domain/time.ts";
import { at, reference, someFacts, someSave } from "../../contract/fixtures.ts";
import { createDatabase } from "../../store.ts";
import { rawMysql } from "./stores.ts";

const accounts = 20;
const projectsOfEach = 200;

let database: Awaited<ReturnType<typeof createDatabase>>;
let pool: Pool;
let accountId: string;
const executed: { sql: string; values: unknown[] }[] = [];

beforeAll(async () => {
  database = await createDatabase();
  const raw = rawMysql(database.pool);
  for (let count = 0; count < accounts; count += 1) await fill((accountId = await raw.addAccount()));
  await database.pool.query("ANALYZE TABLE accounts, media, projects, project_versions");
  pool = openPool(database.config);
  recordStatements();
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

async function insert(table: string, rows: Record<string, unknown>[]): Promise<void> {
  const columns = Object.keys(rows[0]!).join(", ");
  await database.pool.query(`INSERT INTO ${table} (${columns}) VALUES ?`, [rows.map(Object.values)]);
}

async function fill(ofAccount: string): Promise<void> {
  const times = { created_at: at, stored_at: at, kept_until: at };
  const facts = {
    account_id: ofAccount,
    name: "Lecture",
    bytes: 1,
    content_type: "audio/mpeg",
    object_key: "a",
  };
  const media = Array.from({ length: projectsOfEach }, () => ({
    ...{ id: randomUUID(), sha256: reference(), ...facts, ...times },
  }));
  await insert("media", media);
  const notes = { notes_key: "a", notes_sha256: "a", notes_bytes: 1, device: "", saved_at: at };
  const projects = media.map(({ id: mediaId }, index) => ({
    ...{ id: randomUUID(), account_id: ofAccount, title: `Lecture ${index}`, live_title: `Lecture ${index}` },
    ...{ type: "audio", media_id: mediaId, version: 1, revision: randomUUID(), created_at: at, ...notes },
  }));
  await insert("projects", projects);
  await insert(
    "project_versions",
    projects.flatMap(({ id }) => [1, 2, 3].map((version) => ({ project_id: id, version, ...notes }))),
  );
}

function recordStatements(): void {
  const { getConnection } = pool;
  pool.getConnection = async () =>
    new Proxy(await getConnection.call(pool), {
      get(connection, name) {
        if (name === "execute")
          return (sql: string, values: never) => {
            executed.push({ sql, values });
            return connection.execute(sql, values);
          };
        const value: unknown = Reflect.get(connection, name);
        return typeof value === "function" ? value.bind(connection) : value;
      },
    });
}

/** The tables that a statement reads as a whole. */
async function scanned({ sql, values }: (typeof executed)[number]): Promise<string[]> {
  const [rows] = await database.pool.query<RowDataPacket[]>(`EXPLAIN ${sql}`, values);
  return rows.filter(({ type }) => type === "ALL" || type === "index").map(({ table }) => String(table));
}

test("no statement about projects and media reads a whole table", async () => {
  const [projects, media] = [mysqlProjects(pool), mysqlMedia(pool)];
  const later = { at: after(at, 1), id: "f" };
  const place = { accountId, limit: 25, after: later };
  const file = { id: randomUUID(), accountId, name: "Lecture", bytes: 1, createdAt: at };
  const stored = { sha256: reference(), contentType: "audio/mpeg", bytes: 1, objectKey: "b" };
  const project = { id: randomUUID(), accountId };
  const [first, second] = [someSave(), someSave()];
  await media.add(file);
  await media.store(file, stored, at, at);
  await projects.add({ ...project, facts: someFacts({ type: "audio", mediaId: file.id }), save: first });
  await projects.save(project, first.revision, second);
  const change = { revision: randomUUID(), device: "", at };
  await projects.replaceFacts(project, second.revision, someFacts(), change);
  for (const inBin of [false, true])
    for (const type of ["audio", undefined] as const)
      for (const search of ["Lecture 1", undefined]) await projects.list({ ...place, inBin, type, search });
  await projects.list({ accountId, limit: 25 });
  await projects.get(project);
  await projects.getByTitle(accountId, "Lecture 1");
  await projects.listVersions(project);
  await projects.getVersion(project, 1);
  await projects.removeVersions(project, [1]);
  await projects.bin(project, at);
  await projects.restore(project);
  await projects.listBinned(at, 100);
  await projects.remove(project, at, { binnedBefore: at });
  await projects.remove(project, at);
  await media.list(place);
  await media.get(file);
  await media.listAbandoned(at, 100);
  await media.listPending(accountId, 100);
  await media.remove(file);
  const records = mysqlObjectRecords(pool, ["media", "project_versions"]);
  await records.known(["notes/a/b/c/d.json", "media/a/b/c.mp3"]);
  await projects.removeOfAccount(project.id);
  await media.removeOfAccount(project.id);
  const statements = executed.filter(({ sql }) => !sql.startsWith("INSERT"));
  expect(statements.length).toBeGreaterThan(50);
  const scans = await Promise.all(
    statements.map(async (statement) => ((await scanned(statement)).length > 0 ? [statement.sql] : [])),
  );
  expect(scans.flat()).toEqual([]);
});

test("a page of a search that finds little reads an account, and nothing of others", async () => {
  const before = executed.length;
  const page = await mysqlProjects(pool).list({ accountId, search: "Lecture 42", limit: 25 });
  expect(page.map(({ title }) => title)).toEqual(["Lecture 42"]);
  expect(executed.length - before).toBeLessThanOrEqual(projectsOfEach / 200 + 1);
});
