import { readdirSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { createConnection, type RowDataPacket } from "mysql2/promise";
import { migrate } from "../../../src/adapters/mysql/migrate.ts";
import { driverOptions } from "../../../src/adapters/mysql/pool.ts";
import { createDatabase } from "../../store.ts";

const migrations = fileURLToPath(new URL("../../../migrations", import.meta.url));
const files = readdirSync(migrations).toSorted();

let database: Awaited<ReturnType<typeof createDatabase>>;

beforeEach(async () => {
  database = await createDatabase({ migrated: false });
});
afterEach(() => database.drop());

describe("migrating", () => {
  test("runs each file once, in order", async () => {
    expect(await run(migrations)).toEqual(files);
    expect(await run(migrations)).toEqual([]);
  });

  test("of three at once one does the work", async () => {
    const runs = await Promise.all([run(migrations), run(migrations), run(migrations)]);
    expect(runs.map((names) => names.length).sort()).toEqual([0, 0, files.length]);
  });

  test("stops at a file that fails, names it, and continues there when it is mended", async () => {
    const directory = await mkdtemp(join(tmpdir(), "migrations-"));
    try {
      await writeFile(join(directory, "0001_good.sql"), "CREATE TABLE good (id INT)");
      await writeFile(join(directory, "0002_bad.sql"), "CREATE TABEL bad (id INT)");
      await expect(run(directory)).rejects.toThrow("migration 0002_bad.sql failed");
      await writeFile(join(directory, "0002_bad.sql"), "CREATE TABLE bad (id INT)");
      expect(await run(directory)).toEqual(["0002_bad.sql"]);
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  test("gives the lock back", async () => {
    await run(migrations);
    const sql = "SELECT IS_FREE_LOCK(CONCAT(DATABASE(), '.migrate')) AS free";
    const [rows] = await database.pool.query<RowDataPacket[]>(sql);
    expect(rows[0]?.["free"]).toBe(1);
  });
});

async function run(directory: string): Promise<string[]> {
  const connection = await createConnection(driverOptions(database.config));
  try {
    return await migrate(connection, directory);
  } finally {
    await connection.end();
  }
}
