import { execFileSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import {
  existsSync,
  linkSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  HeadObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { type Bucket, openBucket } from "../../../../deploy/ec2/backups/bucket.ts";
import { parts, requireNoFile, writeBackupFile } from "../../../../deploy/ec2/backups/archive-writer.ts";
import { type BackupRecord, keyOf } from "../../../../deploy/ec2/backups/manifest.ts";
import { recordOf, restoreSource } from "../../../../deploy/ec2/backups/restore-source.ts";
import { uploadBackup, withUnpacked } from "../../../../deploy/ec2/backups/archive-reader.ts";
import { scratchDeployment } from "../../scratch-deployment.ts";

const folder = mkdtempSync(join(tmpdir(), "tintype-backup-"));
const access = process.env as Record<string, string>;
const client = new S3Client({ endpoint: access["AWS_ENDPOINT_URL_S3"]!, forcePathStyle: true });
const deployment = scratchDeployment();
const first = `images/0a/thumbnail/${"1".repeat(64)}.png`;
const second = `pictures/0b/${"2".repeat(64)}.jpg`;
const ofProject = [`notes/0a/0b/0c/${"4".repeat(64)}.json`, `media/0a/0b/${"5".repeat(64)}.mp3`];
let from: { name: string; bucket: Bucket };
let file: string;

afterAll(() => {
  rmSync(folder, { recursive: true });
  client.destroy();
});

async function newBucket() {
  const name = `tintype-test-${randomBytes(6).toString("hex")}`;
  await client.send(new CreateBucketCommand({ Bucket: name }));
  const VersioningConfiguration = { Status: "Enabled" as const };
  await client.send(new PutBucketVersioningCommand({ Bucket: name, VersioningConfiguration }));
  return { name, bucket: openBucket({ bucket: name, region: "us-east-1" } as never, access) };
}

const put = (Key: string, Body: Uint8Array | string) =>
  client.send(
    new PutObjectCommand({ Bucket: from.name, Key, Body, ContentType: "image/x", CacheControl: "private" }),
  );

/** A backup in the bucket, as the host leaves one. */
async function backup(name: string, keys: string[]): Promise<BackupRecord> {
  const kept = async (key: string, content: string) => {
    const bytes = gzipSync(content);
    await put(key, bytes);
    return { bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };
  };
  const dump = await kept(keyOf.dump({ name }), "SELECT 1;");
  const listed = await kept(keyOf.keys({ name }), keys.map((key) => `${key}\n`).join(""));
  const facts = { at: "2026-11-21T10:30:00Z", release: "r", migration: "m", rows: { accounts: 1 } };
  const record = { name, ...facts, dump, keys: listed };
  await put(keyOf.record({ name }), JSON.stringify(record));
  return record;
}

beforeAll(async () => {
  from = await newBucket();
});
beforeEach(async () => {
  await put(first, "first");
  await put(second, "second");
  file = join(folder, `${randomBytes(4).toString("hex")}.tar`);
});

const name = "2026-11-21T10-30-00Z";

describe("a backup's file", () => {
  test("holds the dump and every object, also one deleted meanwhile, and fills another bucket", async () => {
    for (const key of ofProject) await put(key, "of a project");
    const record = await backup(name, [first, second, ...ofProject]);
    await client.send(new DeleteObjectCommand({ Bucket: from.name, Key: second }));
    expect(await writeBackupFile(file, record, from.bucket)).toEqual([]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const to = await newBucket();
    const uploaded = await withUnpacked(file, folder, (unpacked) => uploadBackup(unpacked, to.bucket));
    expect(uploaded).toBe(4);
    for (const key of ofProject) expect(await to.bucket.text(key)).toBe("of a project");
    expect(await to.bucket.text(second)).toBe("second");
    const head = await client.send(new HeadObjectCommand({ Bucket: to.name, Key: first }));
    expect(head).toMatchObject({ ContentType: "image/x", CacheControl: "private" });
    expect(await recordOf("latest", to.bucket, deployment)).toEqual(record);
  });

  test("USE-29 never replaces another backup of its name in the bucket, and may be brought there twice", async () => {
    await writeBackupFile(file, await backup(name, [first]), from.bucket);
    const to = await newBucket();
    const bring = () => withUnpacked(file, folder, (unpacked) => uploadBackup(unpacked, to.bucket));
    expect([await bring(), await bring()]).toEqual([1, 0]);
    const keys = await to.bucket.keys("");
    const good = await Promise.all(keys.map((key) => to.bucket.text(key)));
    await writeBackupFile(`${file}.other`, await backup(name, [first, second]), from.bucket);
    file = `${file}.other`;
    await expect(bring()).rejects.toMatchObject({
      message: expect.stringContaining(`The bucket has another backup ${name}`),
      exitCode: 2,
    });
    expect(await to.bucket.keys("")).toEqual(keys);
    expect(await Promise.all(keys.map((key) => to.bucket.text(key)))).toEqual(good);
  });

  test("can be checked by anybody: sha256sum -c", async () => {
    await writeBackupFile(file, await backup(name, [first]), from.bucket);
    const plain = mkdtempSync(join(folder, "plain-"));
    execFileSync("tar", ["-xf", file, "-C", plain]);
    expect(String(execFileSync("sha256sum", ["-c", "SHA256SUMS"], { cwd: plain }))).toContain(`${first}: OK`);
  });

  test("tells which objects are gone for good", async () => {
    const gone = `images/0c/${"3".repeat(64)}.png`;
    expect(await writeBackupFile(file, await backup(name, [first, gone]), from.bucket)).toEqual([gone]);
  });

  test("is whole or not there: a dump that was changed in the bucket leaves nothing", async () => {
    const record = await backup(name, [first]);
    await put(keyOf.dump(record), "changed");
    await expect(writeBackupFile(file, record, from.bucket)).rejects.toThrow("is not what the host wrote");
    expect(readdirSync(folder).filter((entry) => entry.includes(".new"))).toEqual([]);
    expect(existsSync(file)).toBe(false);
  });

  test.each(["images/../../stolen.png", "/etc/cron.d/own", "images/0a/../x", "incoming/0a/x.png"])(
    "takes no key that leads elsewhere: %s",
    async (key) => {
      const record = await backup(name, [key]);
      await expect(writeBackupFile(file, record, from.bucket)).rejects.toThrow(
        "no object of the application",
      );
      expect(existsSync(file)).toBe(false);
    },
  );

  test("is never written over a file that is there", () => {
    writeFileSync(file, "mine");
    expect(() => requireNoFile(file)).toThrow(`${file} is there already. Choose another name: TO=`);
    const below = join(file, "folder", "x.tar");
    expect(() => requireNoFile(below)).toThrow(`${file} is a file, not a folder. Choose another place: TO=`);
  });

  test.each<[string, (bytes: Buffer) => Buffer, RegExp]>([
    ["an image is changed", (bytes) => replaced(bytes, "first", "fir5t"), /thumbnail\/1+\.png is not what/],
    ["the file is cut off", (bytes) => bytes.subarray(0, 2000), /is no backup, or a damaged one/],
    ["the file is something else", () => Buffer.from("hello"), /is no backup, or a damaged one/],
  ])("is refused where %s", async (_how, damage, reason) => {
    await writeBackupFile(file, await backup(name, [first]), from.bucket);
    writeFileSync(file, damage(readFileSync(file)));
    const work = async () => "done";
    await expect(withUnpacked(file, folder, work)).rejects.toMatchObject({
      message: expect.stringMatching(reason),
      exitCode: 2,
    });
    expect(readdirSync(folder).filter((entry) => entry.startsWith("restore-"))).toEqual([]);
  });
});

describe("a forged backup's file", () => {
  /** The content of a good one, changed with its sums kept right. */
  async function forge(change: (content: string) => void): Promise<void> {
    await writeBackupFile(file, await backup(name, [first]), from.bucket);
    const content = mkdtempSync(join(folder, "content-"));
    execFileSync("tar", ["-xf", file, "-C", content]);
    change(content);
    execFileSync("tar", ["-cf", file, "-C", content, "."]);
    rmSync(content, { recursive: true });
  }
  const mine = join(folder, "id_ed25519");
  const objects = (content: string, keys: string[]) => {
    const path = join(content, "objects.json");
    writeFileSync(path, JSON.stringify(keys.map((key) => ({ key }))));
    sum(content, "objects.json");
  };
  const sum = (content: string, part: string) => {
    const sums = join(content, "SHA256SUMS");
    const lines = readFileSync(sums, "utf8").split("\n");
    const others = lines.filter((line) => line !== "" && !line.endsWith(`  ${part}`));
    const is = createHash("sha256")
      .update(readFileSync(join(content, part)))
      .digest("hex");
    writeFileSync(sums, [...others, `${is}  ${part}`, ""].join("\n"));
  };
  const link = (target: string, name: string) => (content: string) => {
    symlinkSync(target, join(content, "images", name));
    objects(content, [first, `images/${name}`]);
  };

  beforeEach(() => writeFileSync(mine, "a private key"));

  test.each<[string, (content: string) => void, RegExp]>([
    ["a link to a file", link(mine, "stolen"), /images\/stolen is neither a file nor a folder/],
    ["a link to a folder", link("/", "root"), /images\/root is neither a file nor a folder/],
    [
      "a second name of one file",
      (content) => linkSync(join(content, first), join(content, "images/second")),
      /is neither a file nor a folder/,
    ],
    ["an object that it does not hold", (content) => objects(content, [second]), /it holds no pictures/],
    [
      "a key that leads elsewhere",
      (content) => objects(content, ["images/../../x"]),
      /objects\.json says what/,
    ],
    [
      "a record that is none",
      (content) => {
        writeFileSync(join(content, "backup.json"), "{");
        sum(content, "backup.json");
      },
      /backup\.json says what no backup says/,
    ],
    ...[parts.dump, parts.keys].map((part): [string, (content: string) => void, RegExp] => [
      `USE-29 another ${part} than its record says`,
      (content) => {
        writeFileSync(join(content, part), "forged");
        sum(content, part);
      },
      /is not what backup\.json says/,
    ]),
  ])("BACKUP-08 is refused before any of it is used: %s", async (_what, change, reason) => {
    await forge(change);
    const work = async () => "done";
    await expect(withUnpacked(file, folder, work)).rejects.toMatchObject({
      message: expect.stringMatching(reason),
      exitCode: 2,
    });
    expect(readdirSync(folder).filter((entry) => entry.startsWith("restore-"))).toEqual([]);
    expect(readFileSync(mine, "utf8")).toBe("a private key");
  });
});

describe("FROM=", () => {
  test("latest is the newest good backup, and never what a restore replaced", async () => {
    await backup("2026-11-22T02-30-00Z", []);
    await backup("2026-11-23T02-30-00Z-before-restore", []);
    await put("backups/2026-11-24T02-30-00Z.sql.gz", "half");
    expect((await recordOf("latest", from.bucket, deployment)).name).toBe("2026-11-22T02-30-00Z");
    const before = "2026-11-23T02-30-00Z-before-restore";
    expect((await recordOf(before, from.bucket, deployment)).name).toBe(before);
  });

  test("a name that is not there is answered with those that are", async () => {
    const wrong = recordOf("2020-01-01T00-00-00Z", from.bucket, deployment);
    await expect(wrong).rejects.toThrow(/no backup 2020-01-01T00-00-00Z[^]*2026-11-22T02-30-00Z/);
    const none = recordOf("", from.bucket, deployment);
    await expect(none).rejects.toThrow(/FROM=latest[^]*2026-11-22T02-30-00Z/);
    const empty = (await newBucket()).bucket;
    await expect(recordOf("latest", empty, deployment)).rejects.toThrow("make backup NAME=blue");
  });

  test("names a file, or a backup in the bucket", () => {
    writeFileSync(file, "");
    expect(restoreSource(file)).toEqual({ file });
    expect(restoreSource("latest")).toEqual({ name: "latest" });
    expect(restoreSource("nowhere.tar")).toEqual({ name: "nowhere.tar" });
    expect(restoreSource(undefined)).toEqual({ name: "" });
  });
});

function replaced(bytes: Buffer, was: string, is: string): Buffer {
  const at = bytes.indexOf(`${was}\0`);
  expect(at).toBeGreaterThan(0);
  return Buffer.concat([bytes.subarray(0, at), Buffer.from(is), bytes.subarray(at + was.length)]);
}
