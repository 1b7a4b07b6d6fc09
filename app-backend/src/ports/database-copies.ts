import type { TableChecksums } from "../domain/backup.ts";
import type { ObjectRecords } from "./object-records.ts";

/** All tables as they are at one moment, while others go on writing. */
export interface Snapshot {
  /** SQL that makes them anew. Throws at its end where it is not whole. */
  readonly sql: AsyncIterable<Uint8Array>;
  /** The tables at that moment. */
  tables(): Promise<TableChecksums>;
  close(): Promise<void>;
}

/** Tables that were restored beside those in use. */
export interface Copy {
  tables(): Promise<TableChecksums>;
  /** The migrations that it has seen, in order. */
  migrations(): Promise<string[]>;
  /** What its records say about objects. */
  readonly records: ObjectRecords;
  /** Brings it up to the schema of this release; gives the migrations that were run. */
  migrate(): Promise<string[]>;
  /** Ends all sessions in it, and takes back all mailed codes. */
  endSessions(): Promise<void>;
  /** Puts it in the place of the tables in use, all at once; these are gone then. */
  putInPlace(): Promise<void>;
}

/** The database's tables, dumped and restored. */
export interface DatabaseCopies {
  /** Does `work` while nobody else makes or restores a backup; a restore keeps migrations out too. */
  alone<Result>(task: "backup" | "restore", work: () => Promise<Result>): Promise<Result>;
  snapshot(): Promise<Snapshot>;
  /** Every migration that this release has, or that the tables in use have seen. */
  knownMigrations(): Promise<ReadonlySet<string>>;
  /** Gives `work` a copy made by that SQL, which can touch nothing else. It is gone at the end, whatever happens. */
  restored<Result>(
    purpose: "scratch" | "next",
    sql: AsyncIterable<Uint8Array>,
    work: (copy: Copy) => Promise<Result>,
  ): Promise<Result>;
}
