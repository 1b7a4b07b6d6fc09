import { existsSync } from "node:fs";
import { UserError } from "../../../cli/user-error.ts";
import type { Deployment } from "../../deployment.ts";
import type { Bucket } from "./bucket.ts";
import { type BackupRecord, backupRecord, keyOf, namePattern } from "./manifest.ts";

/** What FROM= says: a file on this machine, or a backup in the bucket. */
export type RestoreSource = { readonly file: string } | { readonly name: string };

export function restoreSource(from = "", path = from): RestoreSource {
  const isName = from === "" || from === "latest" || namePattern.test(from);
  return !isName && existsSync(path) ? { file: path } : { name: from };
}

/** The record of a backup in the bucket; a UserError that tells which there are. */
export async function recordOf(name: string, bucket: Bucket, { make }: Deployment): Promise<BackupRecord> {
  const names = (await bucket.keys("backups/"))
    .map((key) => /^backups\/(.+)\.json$/.exec(key)?.[1] ?? "")
    .filter((found) => namePattern.test(found));
  // `latest` never means what a restore replaced.
  const latest = names
    .filter((found) => found.endsWith("Z"))
    .toSorted()
    .at(-1);
  const chosen = name === "latest" ? latest : names.find((found) => found === name);
  const text = chosen && (await bucket.text(keyOf.record({ name: chosen })));
  if (text) return backupRecord.parse(JSON.parse(text));
  const there =
    names.length > 0 ? `There are:\n  ${names.toSorted().join("\n  ")}` : `Make one: ${make("backup")}`;
  const wrong = name
    ? `There is no backup ${name} in the bucket, nor such a file here.`
    : `Say which backup: ${make("restore")} FROM=latest, its name, or a file.`;
  throw new UserError(`${wrong} ${there}`, 2);
}
