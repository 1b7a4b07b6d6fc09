/** A table's definition and content, for comparison. Checksums of different servers may differ for equal tables. */
export interface TableState {
  readonly rows: number;
  readonly checksum: string;
  readonly definition: string;
}

/** By table name. */
export type TableChecksums = Readonly<Record<string, TableState>>;

/** Size and hash of a file in the bucket when it was written. */
export interface KeptFile {
  readonly bytes: number;
  readonly sha256: string;
}

/** The manifest of a backup. It is written last: a backup with a manifest was restored once and compared equal. */
export interface Backup {
  readonly name: string;
  readonly at: string;
  readonly release: string;
  /** The newest migration that was applied to the database. */
  readonly migration: string;
  readonly rows: Readonly<Record<string, number>>;
  /** The tables as SQL. */
  readonly dump: KeptFile;
  /** The keys of all objects that its records point at, one per line. */
  readonly keys: KeptFile;
}

/** The time as a name that sorts and is valid in URLs and file names. */
export function backupName(at: Date, why: "" | "-before-restore"): string {
  return (
    at
      .toISOString()
      .replace(/\.\d+Z$/, "Z")
      .replaceAll(":", "-") + why
  );
}

/** The differences of a copy, in words; empty if it is equal. */
export function differences(was: TableChecksums, is: TableChecksums): string[] {
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])].toSorted();
  return names.flatMap((name) => {
    const [before, after] = [was[name], is[name]];
    if (before === undefined || after === undefined) return [`${name} is ${after ? "new" : "missing"}`];
    if (before.rows !== after.rows) return [`${name} has ${after.rows} rows instead of ${before.rows}`];
    if (before.definition !== after.definition) return [`${name} is defined otherwise`];
    return before.checksum === after.checksum ? [] : [`${name} holds something else`];
  });
}

/** Like `differences`, but compares only row counts: checksums of different servers may differ. */
export function rowDifferences(was: Backup["rows"], is: TableChecksums): string[] {
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])].toSorted();
  return names
    .filter((name) => was[name] !== is[name]?.rows)
    .map((name) => `${name} has ${is[name]?.rows ?? "no"} rows instead of ${was[name] ?? "none"}`);
}
