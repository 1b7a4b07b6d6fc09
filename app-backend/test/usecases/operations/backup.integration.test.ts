import { createHash, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { DeleteObjectCommand } from "@aws-sdk/client-s3";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { rawMysql } from "../../adapters/mysql/stores.ts";
import { startApp, type TestApp } from "../../app.ts";
import {
  backupsOf,
  contentOf,
  forge,
  forget,
  keepVersions,
  objectIn,
  put,
  schemasBeside,
} from "../../backups.ts";
import { bearer, member, send, signIn as signInAs } from "../../client.ts";
import { picture } from "../../images.ts";
import { sound, uploadMedia } from "../../media-uploads.ts";
import { upload } from "../../uploads.ts";
import { timeOf, within } from "../../within.ts";

let app: TestApp;
let backups: ReturnType<typeof backupsOf>;
let ada: Awaited<ReturnType<typeof member>>;

beforeEach(async () => {
  app = await startApp();
  await keepVersions(app);
  backups = backupsOf(app);
  ada = await member(app);
});
afterEach(async () => {
  const beside = await schemasBeside(app);
  await backups.close();
  await forget(app);
  await app.close();
  expect(beside).toEqual([]);
});

const token = () => ada.body.accessToken;
const ask = (method: string, path: string) => send(app, method, path, { headers: bearer(token()) });
const signIn = () => signInAs(app, ada.email);
const addImage = async (width: number) =>
  (await upload(app, token(), await picture(width, 40).png().toBuffer())).body.image;

/** A project with notes and a file, which it is the only one to use. */
async function addProject() {
  const accountId = ada.body.account.id;
  const { media } = (await uploadMedia(app, token(), sound())).body;
  const id = randomUUID();
  const notesKey = `notes/${accountId}/${id}/${randomUUID()}/${createHash("sha256").update("[]").digest("hex")}.json`;
  await put(app, notesKey, "[]");
  await rawMysql(app.pool).addProject({ id, accountId, notesKey, mediaId: media.id });
  return { id, media, notesKey };
}

describe("a backup", () => {
  test("holds every table and names every object, and is declared good last", async () => {
    await addImage(50);
    await addProject();
    const backup = await backups.keep();
    expect(backup).toMatchObject({
      name: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ$/),
      release: "today",
      migration: expect.stringMatching(/^\d{4}_\w+\.sql$/),
      rows: { accounts: 1, images: 1, media: 1, project_versions: 1, projects: 1, sessions: 1 },
    });
    const objects = await app.bucket.keys();
    const kept = objects.filter((key) => key.startsWith("backups/"));
    expect(kept).toEqual([".json", ".keys.gz", ".sql.gz"].map((part) => `backups/${backup.name}${part}`));
    expect(JSON.parse(String(await objectIn(app, kept[0]!)))).toEqual(backup);
    const keys = String(gunzipSync(await objectIn(app, kept[1]!))).split("\n");
    const named = objects.filter((key) => /^(images|media|notes|pictures)/.test(key));
    expect(keys.filter(Boolean).toSorted()).toEqual(named);
  });

  test("BACKUP-01 is a consistent snapshot while data is written", async () => {
    const row = "INSERT INTO limits VALUES (SHA2(UUID(), 256), 1, 1, 1)";
    // The application's timeout.
    await within(1000, async () => {
      let writing = true;
      const writers = Array.from({ length: 4 }, async () => {
        let slowestMs = 0;
        while (writing) slowestMs = Math.max(slowestMs, await timeOf(() => app.pool.query(row)));
        return slowestMs;
      });
      const kept = await Promise.all([backups.keep(), backups.keep(), backups.keep()]);
      writing = false;
      const counts = kept.map(({ rows }) => rows["limits"]!).toSorted((a, b) => a - b);
      expect(counts[2]).toBeGreaterThan(counts[0]!);
      return Math.max(...(await Promise.all(writers)));
    });
  });

  test("BACKUP-01 is not declared good if its restored copy differs", async () => {
    await app.pool.query("CREATE TABLE measures (id INT PRIMARY KEY, value FLOAT)");
    await app.pool.query("INSERT INTO measures VALUES (1, 1.2345678)"); // a dump keeps six digits of it
    await expect(backups.keep()).rejects.toThrow("differs from the database: measures holds something else");
    expect((await app.bucket.keys()).filter((key) => key.endsWith(".json"))).toEqual([]);
  });
});

describe("a restore", () => {
  test("BACKUP-04 restores accounts, images and projects, ends all sessions, and backs up the replaced data", async () => {
    const [kept, gone] = [await addImage(50), await addImage(51)];
    const project = await addProject();
    const backup = await backups.keep();
    await ask("DELETE", `/images/${gone.id}`);
    await app.pool.query("DELETE FROM projects");
    await app.s3.send(new DeleteObjectCommand({ Bucket: app.config.storage.bucket, Key: project.notesKey }));
    expect((await ask("DELETE", `/media/${project.media.id}`)).status).toBe(204);
    const later = await member(app);
    const restored = await backups.restore(backup.name);
    expect(restored).toMatchObject({
      name: backup.name,
      rows: backup.rows,
      broughtBack: 4,
      lost: [],
      migrated: [],
    });
    expect((await ask("GET", "/account")).status).toBe(401);
    const { status, body } = await signIn();
    expect(status).toBe(200);
    const headers = bearer(body.accessToken);
    for (const { id } of [kept, gone]) {
      const { image } = (await send(app, "GET", `/images/${id}`, { headers })).body;
      expect((await fetch(image.imageUrl)).status).toBe(200);
    }
    const { items } = (await send(app, "GET", "/media", { headers })).body;
    expect(items).toEqual([{ ...project.media, uses: 1 }]);
    const { url } = (await send(app, "GET", `/media/${project.media.id}/url`, { headers })).body;
    expect((await fetch(url)).status).toBe(200);
    expect(String(await objectIn(app, project.notesKey))).toBe("[]");
    expect((await signInAs(app, later.email)).status).toBe(401);
    await backups.restore(restored.before);
    expect((await signInAs(app, later.email)).status).toBe(200);
  });

  test("keeps constraints and cascades", async () => {
    await backups.restore((await backups.keep()).name);
    const orphan =
      "INSERT INTO codes (account_id, purpose, hash, expires_at) VALUES ('x', 'reset', 'y', NOW())";
    await expect(app.pool.query(orphan)).rejects.toThrow("foreign key constraint fails");
    const sessions = async () => (await app.pool.query("SELECT id FROM sessions"))[0];
    await signIn();
    expect(await sessions()).toHaveLength(1);
    await app.pool.query("DELETE FROM accounts");
    expect(await sessions()).toEqual([]);
  });

  test("BACKUP-06 reports which objects are lost, and keeps their records", async () => {
    const image = await addImage(50);
    const backup = await backups.keep();
    const keys = (await app.bucket.keys()).filter((key) => key.startsWith(`images/${image.id}`));
    await forget(app, `images/${image.id}`);
    expect((await backups.restore(backup.name)).lost.toSorted()).toEqual(keys);
    const headers = bearer((await signIn()).body.accessToken);
    expect((await send(app, "GET", `/images/${image.id}`, { headers })).status).toBe(200);
  });

  test("BACKUP-03 runs the migrations that a backup from an older release lacks", async () => {
    // Undoes all migrations from 0007 on: a new one has its columns here, or its statement fails, and its name in the list below.
    const usage = ["project_count", "notes_bytes", "media_count", "media_bytes"];
    const later = ["image_count", "image_bytes", "credential_version", "removed_at", ...usage];
    await app.pool.query(`ALTER TABLE accounts ${later.map((column) => `DROP COLUMN ${column}`).join(", ")}`);
    const ofSessions = ["retried_at", "credential_version", "proofs", "proved_at"];
    await app.pool.query(
      `ALTER TABLE sessions ${ofSessions.map((name) => `DROP COLUMN ${name}`).join(", ")}`,
    );
    await app.pool.query("DROP TABLE project_versions, projects, media");
    await app.pool.query("DELETE FROM migrations WHERE name >= '0007'");
    const backup = await backups.keep();
    expect(backup.migration).toBe("0006_images.sql");
    const { migrated } = await backups.restore(backup.name);
    expect(migrated).toEqual([
      "0007_image_quota.sql",
      "0008_session_retries.sql",
      "0009_credential_version.sql",
      "0010_session_credential_version.sql",
      "0011_removed_accounts.sql",
      "0012_media.sql",
      "0013_projects.sql",
      "0014_project_versions.sql",
      "0015_project_quota.sql",
      "0016_session_proofs.sql",
      "0017_totp_secrets.sql",
      "0018_totp_enrolments.sql",
      "0019_recovery_codes.sql",
      "0020_factor_events.sql",
      "0021_challenges.sql",
      "0022_provider_identities.sql",
      "0023_passkeys.sql",
      "0024_ended_sessions.sql",
      "0026_phones.sql",
      "0027_phone_enrolments.sql",
      "0028_text_codes.sql",
    ]);
    ada = { ...ada, body: (await signIn()).body };
    expect((await addImage(50)).id).toBeDefined();
  });

  test("works if tables in use were lost", async () => {
    const backup = await backups.keep();
    await app.pool.query("DROP TABLE images, sessions");
    await backups.restore(backup.name);
    expect((await signIn()).status).toBe(200);
  });
});

describe("a restore is refused and changes nothing", () => {
  async function refused(name: string, reason: string | RegExp, overrides = {}): Promise<void> {
    const before = await contentOf(app);
    const others = backupsOf(app, overrides);
    await expect(others.restore(name)).rejects.toThrow(reason);
    await others.close();
    expect(await contentOf(app)).toBe(before);
    expect((await ask("GET", "/account")).status).toBe(200);
  }

  test("without such a backup, or with one that was not declared good", async () => {
    await put(app, "backups/2026-01-01T00-00-00Z.sql.gz", "half");
    await refused("2026-01-01T00-00-00Z", "There is no backup 2026-01-01T00-00-00Z.");
  });

  test.each<[string, (dump: Buffer) => Buffer]>([
    ["cut off", (dump) => dump.subarray(0, dump.length - 9)],
    ["empty", () => Buffer.alloc(0)],
    ["changed in one bit", (dump) => dump.map((byte, at) => (at === 700 ? byte ^ 1 : byte)) as Buffer],
    ["another's", (dump) => Buffer.concat([dump, dump])],
  ])("BACKUP-02 with a dump that is %s", async (_how, damage) => {
    const { name } = await backups.keep();
    const key = `backups/${name}.sql.gz`;
    await put(app, key, damage(await objectIn(app, key)));
    await refused(name, `The backup ${name} is damaged`);
  });

  test("with rows missing", async () => {
    const backup = await backups.keep();
    const rows = { ...backup.rows, accounts: 2 };
    await put(app, `backups/${backup.name}.json`, JSON.stringify({ ...backup, rows }));
    await refused(backup.name, "is damaged: accounts has 1 rows instead of 2");
  });

  test("BACKUP-03 with a backup of a newer schema", async () => {
    const newer = "INSERT INTO migrations VALUES ('9999_tomorrow.sql', NOW())";
    await app.pool.query(newer);
    const { name } = await backups.keep();
    await app.pool.query("DELETE FROM migrations WHERE name LIKE '9999%'");
    await refused(name, /is of release today, .* it has seen 9999_tomorrow\.sql/);
    await app.pool.query(newer); // a rollback of the application keeps the newer schema
    await expect(backups.restore(name)).resolves.toMatchObject({ name });
  });

  test("BACKUP-02 if the tables cannot be swapped", async () => {
    const { name } = await backups.keep();
    await app.pool.query("CREATE TABLE trap (id INT)");
    await app.pool.query("CREATE TRIGGER stays BEFORE INSERT ON trap FOR EACH ROW SET NEW.id = 1");
    await refused(name, /Trigger in wrong schema/);
  });

  test("BACKUP-02 if the current data cannot be backed up first", async () => {
    const { name } = await backups.keep();
    await app.pool.query("CREATE TABLE measures (id INT PRIMARY KEY, value FLOAT)");
    await app.pool.query("INSERT INTO measures VALUES (1, 1.2345678)");
    await refused(name, "measures holds something else");
  });

  test("BACKUP-05 a forged dump reaches neither a shell nor the tables in use", async () => {
    const backup = await backups.keep();
    const { database } = app.config.database;
    const user = `reader_${database.slice(-12)}`;
    await app.pool.query(`CREATE USER ${user}@'%' IDENTIFIED BY 'reads'`);
    await app.pool.query(`GRANT SELECT, LOCK TABLES, SHOW VIEW, TRIGGER ON ${database}.* TO ${user}@'%'`);
    for (const copy of ["scratch", "next"])
      await app.pool.query(`GRANT ALL ON \`${database}\\_${copy}\`.* TO ${user}@'%'`);
    const reader = { ...app.config.database, user, password: "reads" };
    const own = backupsOf(app, { reader });
    await expect(own.restore((await own.keep()).name)).resolves.toBeDefined();
    await own.close();
    ada = { ...ada, body: (await signIn()).body };
    const trace = join(tmpdir(), `${database}-trace`);
    await forge(app, backup, `\\! touch ${trace}\nsystem touch ${trace}\n`);
    await refused(backup.name, /Unknown command|error in your SQL syntax/, { reader });
    expect(existsSync(trace)).toBe(false);
    for (const sql of [`DELETE FROM ${database}.accounts;`, `DROP TABLE ${database}.limits;`]) {
      await forge(app, backup, sql);
      await refused(backup.name, /command denied to user/, { reader });
    }
    await app.pool.query(`DROP USER ${user}@'%'`);
  });
});
