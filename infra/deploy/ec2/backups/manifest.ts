import { z } from "zod";
import { plural } from "../../../cli/plural.ts";

const keptFile = z.object({ bytes: z.number(), sha256: z.string().regex(/^[0-9a-f]{64}$/) });

export const namePattern = /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ(-before-restore)?$/;

/** What the backend host notes of a backup once it is good. */
export const backupRecord = z.object({
  name: z.string().regex(namePattern),
  at: z.iso.datetime(),
  release: z.string(),
  migration: z.string(),
  rows: z.record(z.string(), z.number()),
  dump: keptFile,
  keys: keptFile,
});
export type BackupRecord = z.infer<typeof backupRecord>;

export const keyOf = {
  dump: ({ name }: Pick<BackupRecord, "name">) => `backups/${name}.sql.gz`,
  keys: ({ name }: Pick<BackupRecord, "name">) => `backups/${name}.keys.gz`,
  record: ({ name }: Pick<BackupRecord, "name">) => `backups/${name}.json`,
};

/** In a few words, how much it holds. */
export function contentsOf(rows: BackupRecord["rows"]): string {
  const [accounts = 0, images = 0] = [rows["accounts"], rows["images"]];
  return `${plural(accounts, "account")}, ${plural(images, "image")}`;
}
