import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { z } from "zod";
import { UserError } from "../../../cli/user-error.ts";
import { inParallel } from "../../../cli/in-parallel.ts";
import { holdSignals } from "../../../cli/signals.ts";
import { run } from "../../../cli/run.ts";
import { sha256OfFile } from "../../../cli/sha256.ts";
import { makeWhole } from "../../../cli/atomic-file.ts";
import type { Bucket } from "./bucket.ts";
import { type BackupRecord, keyOf } from "./manifest.ts";

/** Names within the file. */
export const parts = {
  record: "backup.json",
  dump: "database.sql.gz",
  keys: "keys.gz",
  objects: "objects.json",
  sums: "SHA256SUMS",
};

/** Keys become paths on this machine, and the host says them: none may lead elsewhere. */
const objectKey = z.string().regex(/^(images|media|notes|pictures)(\/[\w-]+)+(\.\w+)*$/);

export const keptObject = z.object({
  key: objectKey,
  contentType: z.string().optional(),
  cacheControl: z.string().optional(),
});
export type KeptObject = z.infer<typeof keptObject>;

/** Throws a UserError where a backup would be written over a file, or below one. */
export function requireNoFile(path: string): void {
  if (existsSync(path)) throw new UserError(`${path} is there already. Choose another name: TO=`, 2);
  let above = dirname(path);
  while (!existsSync(above)) above = dirname(above);
  if (statSync(above).isDirectory()) return;
  throw new UserError(`${above} is a file, not a folder. Choose another place: TO=`, 2);
}

/**
 * Brings a backup here as one file for its owner alone: the dump and every object that it speaks of. Gives the keys of
 * those that are gone for good.
 */
export async function writeBackupFile(path: string, record: BackupRecord, bucket: Bucket): Promise<string[]> {
  let gone: string[] = [];
  await makeWhole(path, (aside) =>
    holdSignals(async () => {
      const folder = `${aside}.content`;
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      try {
        gone = await collect(folder, record, bucket);
        writeFileSync(aside, "", { mode: 0o600 }); // before tar would make it for everybody
        await run("tar", ["-cf", aside, "-C", folder, "."]);
      } finally {
        rmSync(folder, { recursive: true });
      }
    }),
  );
  return gone;
}

async function collect(folder: string, record: BackupRecord, bucket: Bucket): Promise<string[]> {
  const sums = new Map<string, string>();
  const note = async (name: string) => sums.set(name, await sha256OfFile(join(folder, name)));
  for (const part of ["dump", "keys"] as const) {
    await bucket.save(keyOf[part](record), join(folder, parts[part]));
    await note(parts[part]);
    if (sums.get(parts[part]) === record[part].sha256) continue;
    throw new UserError(
      `${keyOf[part](record)} in the bucket is not what the host wrote. Make another backup.`,
    );
  }
  const gone: string[] = [];
  const objects: KeptObject[] = [];
  await inParallel(keysIn(join(folder, parts.keys)), async (key) => {
    mkdirSync(dirname(join(folder, key)), { recursive: true });
    const headers = await bucket.save(key, join(folder, key));
    if (headers === undefined) return void gone.push(key);
    objects.push({ key, ...headers });
    await note(key);
  });
  for (const [name, content] of [
    [parts.record, record],
    [parts.objects, objects],
  ] as const) {
    writeFileSync(join(folder, name), JSON.stringify(content, null, 2));
    await note(name);
  }
  // As sha256sum writes it: `sha256sum -c SHA256SUMS` holds the unpacked file against it.
  const lines = [...sums].toSorted().map(([name, sum]) => `${sum}  ${name}\n`);
  writeFileSync(join(folder, parts.sums), lines.join(""));
  return gone.toSorted();
}

function keysIn(file: string): string[] {
  const lines = gunzipSync(readFileSync(file)).toString().split("\n");
  const keys = lines.filter((line) => line !== "");
  const strange = keys.find((key) => !objectKey.safeParse(key).success);
  if (strange === undefined) return keys;
  throw new UserError(`A record points at what is no object of the application: ${JSON.stringify(strange)}`);
}
