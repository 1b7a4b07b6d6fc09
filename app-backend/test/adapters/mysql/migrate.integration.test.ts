import { randomUUID } from "node:crypto";
import { readdirSync } from "node:fs";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { createConnection, type RowDataPacket } from "mysql2/promise";
import { mysqlAccounts } from "../../../src/adapters/mysql/accounts.ts";
import { migrate } from "../../../src/adapters/mysql/migrate.ts";
import { withAdvisoryLock } from "../../../src/adapters/mysql/advisory-lock.ts";
import { driverOptions } from "../../../src/adapters/mysql/pool.ts";
import { mysqlSessions } from "../../../src/adapters/mysql/sessions.ts";
import { isOver } from "../../../src/domain/session.ts";
import { after } from "../../../src/domain/time.ts";
import { createDatabase } from "../../store.ts";
import { timeOf, within } from "../../within.ts";
import { rawMysql } from "./stores.ts";

const migrations = fileURLToPath(new URL("../../../migrations", import.meta.url));
const files = readdirSync(migrations).toSorted();

const folders: string[] = [];
let database: Awaited<ReturnType<typeof createDatabase>>;

beforeEach(async () => {
  database = await createDatabase({ migrated: false });
});
afterEach(async () => {
  await database.drop();
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

describe("migrating", () => {
  test("DB-01 runs each file once, in order", async () => {
    expect(await run(migrations)).toEqual(files);
    expect(await run(migrations)).toEqual([]);
  });

  test("DB-01 of three at once one does the work", async () => {
    const runs = await Promise.all([run(migrations), run(migrations), run(migrations)]);
    expect(runs.map((names) => names.length).sort()).toEqual([0, 0, files.length]);
  });

  test("stops at a file that fails, names it, and continues there when it is fixed", async () => {
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

  test("DB-02 waits for a reader, and later statements are answered in that time", async () => {
    await run(migrations);
    const later = await nextTo(migrations, "ALTER TABLE accounts ADD COLUMN later INT");
    await within(2000, async () => {
      const { reader, release } = await reading();
      const migrated = run(later);
      let slowestMs = 0;
      for (let asked = 0; asked < 8; asked += 1) {
        const ms = await timeOf(() => database.pool.query("SELECT COUNT(*) FROM accounts"));
        slowestMs = Math.max(slowestMs, ms);
        await sleep(300);
      }
      await release();
      expect(await migrated).toEqual(["9999_later.sql"]);
      reader.destroy();
      await database.pool.query("ALTER TABLE accounts DROP COLUMN later");
      await database.pool.query("DELETE FROM migrations WHERE name = '9999_later.sql'");
      return slowestMs;
    });
  });

  test("gives up after half a minute behind a reader, reports so, and has changed nothing", async () => {
    await run(migrations);
    const { reader } = await reading();
    const later = await nextTo(migrations, "ALTER TABLE accounts ADD COLUMN later INT");
    await expect(run(later)).rejects.toThrow(
      /9999_later\.sql failed: its tables were in use .* Nothing was changed: try again/,
    );
    reader.destroy();
    expect(await run(later)).toEqual(["9999_later.sql"]);
  });

  test("DB-02 waits for a backup to end, if a migration is pending", async () => {
    await run(migrations);
    const later = await nextTo(migrations, "ALTER TABLE accounts ADD COLUMN later INT");
    const backup = await createConnection(driverOptions(database.config));
    let migratedAt = 0;
    const { migrated, endedAt } = await withAdvisoryLock(backup, "backup", 0, async () => {
      expect(await run(migrations)).toEqual([]);
      const waiting = run(later).finally(() => (migratedAt = performance.now()));
      await sleep(500);
      return { migrated: [waiting], endedAt: performance.now() };
    });
    expect(await migrated[0]).toEqual(["9999_later.sql"]);
    expect(migratedAt).toBeGreaterThan(endedAt);
    await backup.end();
  });

  test("DB-03 a session of the previous release goes on, and that release works with the new tables", async () => {
    await run(await until("0008"));
    const accountId = randomUUID();
    const at = new Date("2026-06-01T00:00:00.000Z");
    const account = "id, email, email_key, password_hash, picture_key, created_at";
    await database.pool.query(`INSERT INTO accounts (${account}) VALUES (?)`, [
      [accountId, "ada@example.org", "ada@example.org", "hash", "pictures/ada", at],
    ]);
    /** As the previous release adds a session. */
    async function olderSession() {
      const sessionId = randomUUID();
      const columns = "id, account_id, current_hash, created_at, rotated_at, idle_ends_at, ends_at";
      const [current, later] = [sessionId.replaceAll("-", "").repeat(2), after(at, 60_000)];
      const values = [sessionId, accountId, current, at, at, later, later];
      await database.pool.query(`INSERT INTO sessions (${columns}) VALUES (?)`, [values]);
      return { sessionId, accountId, from: current };
    }
    const before = await olderSession();
    await run(migrations);
    const sessions = mysqlSessions(database.pool);
    const { credentialVersion } = (await mysqlAccounts(database.pool).get(accountId))!;
    for (const { from, ...holder } of [before, await olderSession()]) {
      expect(isOver((await sessions.get(holder))!, at)).toBe(false);
      const step = { currentSince: at, at: after(at, 1), idleEndsAt: after(at, 60_000), credentialVersion };
      expect(await sessions.rotate({ ...holder, ...step, from, to: "0".repeat(64) })).toBe(true);
    }
  });

  test("DB-03 the previous release removes an account that has projects and media", async () => {
    await run(migrations);
    const raw = rawMysql(database.pool);
    const ids = [await raw.addAccount({ isRemoved: true }), await raw.addAccount({ isRemoved: true })];
    for (const accountId of ids) {
      const mediaId = randomUUID();
      const media = { id: mediaId, accountId, sha256: "0".repeat(64), objectKey: "", keptUntil: new Date() };
      await raw.addMedia(media);
      for (const id of [randomUUID(), randomUUID()])
        await raw.addProject({ id, accountId, notesKey: `notes/${accountId}/${id}`, mediaId });
    }
    const [removed = "", other = ""] = ids;
    await database.pool.query("DELETE FROM accounts WHERE id = ? AND removed_at IS NOT NULL", [removed]);
    expect(await raw.count(removed)).toBe(0);
    const { summed } = await raw.usage(other);
    expect(summed).toEqual({ projects: 2, notesBytes: 200, mediaFiles: 1, mediaBytes: 100 });
    expect(await raw.count(other)).toBe(6);
  });

  test("releases the lock", async () => {
    await run(migrations);
    const sql = "SELECT IS_FREE_LOCK(CONCAT(DATABASE(), '.migrate')) AS free";
    const [rows] = await database.pool.query<RowDataPacket[]>(sql);
    expect(rows[0]?.["free"]).toBe(1);
  });
});

/** The migrations of an earlier release: those up to that number. */
async function until(last: string): Promise<string> {
  const earlier = await mkdtemp(join(tmpdir(), "migrations-"));
  folders.push(earlier);
  for (const name of files.filter((file) => file.slice(0, 4) <= last))
    await cp(join(migrations, name), join(earlier, name));
  return earlier;
}

/** A transaction that has read a table, like that of a backup. */
async function reading() {
  const reader = await createConnection(driverOptions(database.config));
  await reader.query("START TRANSACTION WITH CONSISTENT SNAPSHOT");
  await reader.query("SELECT COUNT(*) FROM accounts");
  return { reader, release: () => reader.query("COMMIT") };
}

/** The migrations of a later release. */
async function nextTo(directory: string, sql: string): Promise<string> {
  const later = await mkdtemp(join(tmpdir(), "migrations-"));
  folders.push(later);
  await cp(directory, later, { recursive: true });
  await writeFile(join(later, "9999_later.sql"), sql);
  return later;
}

async function run(directory: string): Promise<string[]> {
  const connection = await createConnection(driverOptions(database.config));
  try {
    return await migrate(connection, directory);
  } finally {
    await connection.end();
  }
}
