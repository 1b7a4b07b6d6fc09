/** What a table holds and is, by which two can be told apart. Checksums of one server compare, those of two may not. */
export interface TableState {
  readonly rows: number;
  readonly checksum: string;
  readonly definition: string;
}

/** By the tables' names. */
export type TableChecksums = Readonly<Record<string, TableState>>;

/** A file in the bucket, as it was when it was written. */
export interface KeptFile {
  readonly bytes: number;
  readonly sha256: string;
}

/** What is known of a backup. It is written last: a backup that has it was restored once, and was equal. */
export interface Backup {
  readonly name: string;
  readonly at: string;
  readonly release: string;
  /** The newest migration that the database had seen. */
  readonly migration: string;
  readonly rows: Readonly<Record<string, number>>;
  /** The tables as SQL. */
  readonly dump: KeptFile;
  /** The keys of all objects that its records point at, one a line. */
  readonly keys: KeptFile;
}

/** The time as a name that sorts, stands in a URL and in a file's name. */
export function backupName(at: Date, why: "" | "-before-restore"): string {
  return (
    at
      .toISOString()
      .replace(/\.\d+Z$/, "Z")
      .replaceAll(":", "-") + why
  );
}

/** In words, what of a copy is not as it was; empty where all is. */
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

/** As `differences`, by what is known of a backup that another server may have made. */
export function rowDifferences(was: Backup["rows"], is: TableChecksums): string[] {
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])].toSorted();
  return names
    .filter((name) => was[name] !== is[name]?.rows)
    .map((name) => `${name} has ${is[name]?.rows ?? "no"} rows instead of ${was[name] ?? "none"}`);
}
