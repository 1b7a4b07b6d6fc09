import type { Backup, KeptFile } from "../domain/backup.ts";

/** The parts of a backup: the tables as SQL, and the keys of the objects that they reference. */
export type BackupPart = "sql" | "keys";

/** Stores backups. */
export interface Backups {
  /** Stores a part, compressed. Throws what `content` throws, and then stores nothing. */
  write(name: string, part: BackupPart, content: AsyncIterable<Uint8Array>): Promise<KeptFile>;
  /** The content of a part. Throws, at its end at the latest, if it is not what was written. */
  read(name: string, part: BackupPart, file: KeptFile): AsyncIterable<Uint8Array>;
  /** Writes the manifest, which declares the backup good. */
  add(backup: Backup): Promise<void>;
  /** Undefined if there is no good backup of that name. */
  get(name: string): Promise<Backup | undefined>;
}
