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
