import type { Backup, KeptFile } from "../domain/backup.ts";

/** What a backup consists of: the tables as SQL, and the keys of the objects that they speak of. */
export type BackupPart = "sql" | "keys";

/** Where backups are kept. */
export interface Backups {
  /** Keeps a part, compressed. Throws what `content` throws, and then keeps nothing. */
  write(name: string, part: BackupPart, content: AsyncIterable<Uint8Array>): Promise<KeptFile>;
  /** The content of a part. Throws, at its end at the latest, where it is not what was written. */
  read(name: string, part: BackupPart, file: KeptFile): AsyncIterable<Uint8Array>;
  /** Declares a backup good: the last thing that is written of it. */
  add(backup: Backup): Promise<void>;
  /** Undefined where there is no good backup of that name. */
  get(name: string): Promise<Backup | undefined>;
}
