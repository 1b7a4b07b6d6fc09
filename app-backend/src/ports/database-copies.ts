import type { TableChecksums } from "../domain/backup.ts";
import type { ObjectRecords } from "./object-records.ts";

/** A consistent snapshot of all tables, while other connections write. */
export interface Snapshot {
  /** SQL that recreates them. Throws at its end if it is incomplete. */
  readonly sql: AsyncIterable<Uint8Array>;
  /** The tables at that moment. */
  tables(): Promise<TableChecksums>;
  close(): Promise<void>;
}

/** Tables that were restored into a staging schema. */
export interface Copy {
  tables(): Promise<TableChecksums>;
  /** The migrations that were applied to it, in order. */
  migrations(): Promise<string[]>;
  /** The objects that its records point at. */
  readonly records: ObjectRecords;
  /** Migrates it to the schema of this release; returns the migrations that were run. */
  migrate(): Promise<string[]>;
  /** Ends all sessions in it, and voids all mailed codes and challenges. */
  endSessions(): Promise<void>;
  /** Replaces the tables in use by it, atomically; the old ones are removed. */
  putInPlace(): Promise<void>;
}

/** Dumps and restores the database's tables. */
export interface DatabaseCopies {
  /** Runs `work` while no other process makes or restores a backup; a restore excludes migrations too. */
  alone<Result>(task: "backup" | "restore", work: () => Promise<Result>): Promise<Result>;
  snapshot(): Promise<Snapshot>;
  /** Every migration of this release, and every one that was applied to the tables in use. */
  knownMigrations(): Promise<ReadonlySet<string>>;
  /** Runs `work` with a copy made by that SQL, which can change nothing else. The copy is removed in any case. */
  restored<Result>(
    purpose: "scratch" | "next",
    sql: AsyncIterable<Uint8Array>,
    work: (copy: Copy) => Promise<Result>,
  ): Promise<Result>;
}
