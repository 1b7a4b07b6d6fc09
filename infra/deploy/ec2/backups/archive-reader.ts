import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { UserError } from "../../../cli/user-error.ts";
import { inParallel } from "../../../cli/in-parallel.ts";
import { tryRun } from "../../../cli/run.ts";
import { sha256OfFile } from "../../../cli/sha256.ts";
import type { Bucket } from "./bucket.ts";
import { keptObject, type KeptObject, parts } from "./archive-writer.ts";
import { type BackupRecord, backupRecord, keyOf } from "./manifest.ts";

export interface UnpackedBackup {
  readonly record: BackupRecord;
  readonly objects: readonly KeptObject[];
  readonly folder: string;
}

/** Unpacks a backup's file beside `scratch`, checks that all of it is what was written, and does `work` with it. */
export async function withUnpacked<Result>(
  file: string,
  scratch: string,
  work: (backup: UnpackedBackup) => Promise<Result>,
): Promise<Result> {
  const folder = mkdtempSync(join(scratch, "restore-"));
  try {
    const { code } = await tryRun("tar", ["-xf", file, "-C", folder, "--no-same-owner"]);
    if (code !== 0) throw damaged(file, "tar cannot unpack it");
    const names = await requireSums(file, folder);
    const read = <Part>(name: string, part: z.ZodType<Part>): Part => {
      if (!names.has(name)) throw damaged(file, `it holds no ${name}`);
      const result = part.safeParse(json(readFileSync(join(folder, name), "utf8")));
      if (!result.success) throw damaged(file, `${name} says what no backup says`);
      return result.data;
    };
    const record = read(parts.record, backupRecord);
    const objects = read(parts.objects, z.array(keptObject));
    const needed = [parts.dump, parts.keys, ...objects.map(({ key }) => key)];
    const missing = needed.find((name) => !names.has(name));
    if (missing !== undefined) throw damaged(file, `it holds no ${missing}`);
    for (const part of ["dump", "keys"] as const) {
      if ((await sha256OfFile(join(folder, parts[part]))) === record[part].sha256) continue;
      throw damaged(file, `${parts[part]} is not what ${parts.record} says`);
    }
    return await work({ record, objects, folder });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * Brings what was unpacked into a bucket: objects first, what says that the backup is good last. Throws a UserError and
 * writes nothing if the bucket has another backup of that name.
 */
export async function uploadBackup(
  { record, objects, folder }: UnpackedBackup,
  bucket: Bucket,
): Promise<number> {
  const present = await bucket.text(keyOf.record(record));
  if (present !== undefined && !isDeepStrictEqual(backupRecord.safeParse(json(present)).data, record)) {
    throw new UserError(
      `The bucket has another backup ${record.name}, which this file would replace. Nothing was changed.`,
      2,
    );
  }
  const prefixes = new Set(objects.map(({ key }) => key.slice(0, key.indexOf("/") + 1)));
  const there = new Set((await Promise.all([...prefixes].map((prefix) => bucket.keys(prefix)))).flat());
  const missing = objects.filter(({ key }) => !there.has(key));
  await inParallel(missing, ({ key, ...headers }) => bucket.put(key, join(folder, key), headers));
  const gzip = { contentType: "application/gzip" };
  await bucket.put(keyOf.keys(record), join(folder, parts.keys), gzip);
  await bucket.put(keyOf.dump(record), join(folder, parts.dump), gzip);
  await bucket.put(keyOf.record(record), join(folder, parts.record), { contentType: "application/json" });
  return missing.length;
}

/** The list of sums names every file, and each holds what it did. Gives the names of all but the list. */
async function requireSums(file: string, folder: string): Promise<ReadonlySet<string>> {
  const names = filesIn(file, folder);
  if (!names.includes(parts.sums)) throw damaged(file, `it holds no ${parts.sums}`);
  const lines = readFileSync(join(folder, parts.sums), "utf8").split("\n");
  const sums = new Map(lines.filter(Boolean).map((line) => [line.slice(66), line.slice(0, 64)]));
  const content = names.filter((name) => name !== parts.sums);
  const missing = [...sums.keys()].filter((name) => !content.includes(name));
  if (missing.length > 0) throw damaged(file, `${missing[0]} is missing`);
  await inParallel(content, async (name) => {
    if (sums.get(name) === (await sha256OfFile(join(folder, name)))) return;
    throw damaged(file, `${name} is not what was written`);
  });
  return new Set(content);
}

/**
 * A link would have this machine's own files read, and put into the bucket as images: of a file of unknown origin nothing is
 * followed, nor read before all of it is known to be files and folders.
 */
function filesIn(file: string, folder: string, below = ""): string[] {
  return readdirSync(join(folder, below)).flatMap((entry) => {
    const name = join(below, entry);
    const facts = lstatSync(join(folder, name));
    if (facts.isDirectory()) return filesIn(file, folder, name);
    if (facts.isFile() && facts.nlink === 1) return [name];
    throw damaged(file, `${name} is neither a file nor a folder`);
  });
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function damaged(file: string, reason: string): UserError {
  return new UserError(`${file} is no backup, or a damaged one: ${reason}. Nothing was changed.`, 2);
}
