import { type Backup, backupName, differences } from "../../domain/backup.ts";
import type { Backups } from "../../ports/backups.ts";
import type { DatabaseCopies } from "../../ports/database-copies.ts";
import type { ObjectRecords } from "../../ports/object-records.ts";

interface Dependencies {
  readonly copies: DatabaseCopies;
  readonly backups: Backups;
  readonly release: string;
  readonly now: () => Date;
}

/** Backs up the database, and declares the backup good only after it was restored into a staging schema and compared. */
export function backupUseCase({ copies, backups, release, now }: Dependencies) {
  /** For callers that already hold the lock on the database's copies. */
  return async (why: "" | "-before-restore" = ""): Promise<Backup> => {
    const at = now();
    const name = backupName(at, why);
    const { dump, tables } = await written(name);
    const found = await copies.restored("scratch", backups.read(name, "sql", dump), async (copy) => {
      const faults = differences(tables, await copy.tables());
      if (faults.length > 0)
        throw new Error(`The restored backup differs from the database: ${faults.join("; ")}`);
      const keys = await backups.write(name, "keys", linesOf(copy.records));
      return { keys, migration: (await copy.migrations()).at(-1) ?? "" };
    });
    const rows = Object.fromEntries(Object.entries(tables).map(([table, state]) => [table, state.rows]));
    const backup = { name, at: at.toISOString(), release, rows, dump, ...found };
    await backups.add(backup);
    return backup;
  };

  /** The snapshot is closed at once: while it is open, its tables cannot be altered. */
  async function written(name: string) {
    const snapshot = await copies.snapshot();
    try {
      const dump = await backups.write(name, "sql", snapshot.sql);
      return { dump, tables: await snapshot.tables() };
    } finally {
      await snapshot.close();
    }
  }
}

async function* linesOf(records: ObjectRecords): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  for await (const keys of records.pages()) yield encoder.encode(keys.map((key) => `${key}\n`).join(""));
}
