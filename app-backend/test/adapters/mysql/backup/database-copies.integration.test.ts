import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { RowDataPacket } from "mysql2/promise";
import { mysqlCopies } from "../../../../src/adapters/mysql/backup/database-copies.ts";
import { createDatabase } from "../../../store.ts";

const migrations = fileURLToPath(new URL("../../../../migrations", import.meta.url));
let database: Awaited<ReturnType<typeof createDatabase>>;

beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());

const copies = (spared?: number) =>
  mysqlCopies({
    reader: database.config,
    exchanger: database.config,
    migrations,
    ...(spared !== undefined && { spared }),
  });

async function* sql() {
  yield Buffer.from("CREATE TABLE there (id INT)");
}

test("BACKUP-09 a copy without enough disk space is not started, and the shortage is reported", async () => {
  const work = async () => "done";
  const petabyte = 1e15;
  await expect(copies(petabyte).restored("scratch", sql(), work)).rejects.toThrow(
    /no disk space for a copy of the tables: 10000000\d\d MB are needed, .* and \d+ MB are free .* Nothing was changed/,
  );
  await expect(copies(petabyte).restored("next", sql(), work)).rejects.toThrow("no disk space for 2 copies");
  const beside = `${database.config.database}\\_%`;
  expect((await database.pool.query<RowDataPacket[]>("SHOW DATABASES LIKE ?", [beside]))[0]).toEqual([]);
  expect(
    await copies(0).restored("scratch", sql(), async (copy) => Object.keys(await copy.tables())),
  ).toEqual(["there"]);
});

test("BACKUP-01 a snapshot is whole if its dump ends before anyone reads it", async () => {
  await database.pool.query("CREATE TABLE long_ago (text VARCHAR(1000))");
  const rows = Array.from({ length: 100 }, (_, row) => [String(row).padStart(1000, "x")]);
  await database.pool.query("INSERT INTO long_ago VALUES ?", [rows]);
  const snapshot = await copies().snapshot();
  await sleep(1000);
  const chunks: Uint8Array[] = [];
  for await (const chunk of snapshot.sql) chunks.push(chunk);
  await snapshot.close();
  const dump = Buffer.concat(chunks).toString();
  expect(rows.filter(([text]) => !dump.includes(text!))).toEqual([]);
});
