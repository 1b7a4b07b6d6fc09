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

/** Keeps the database as it is, and restores what it kept beside it before it calls that a backup. */
export function backupUseCase({ copies, backups, release, now }: Dependencies) {
  /** For who has the database's copies to itself already. */
  return async (why: "" | "-before-restore" = ""): Promise<Backup> => {
    const at = now();
    const name = backupName(at, why);
    const { dump, tables } = await written(name);
    const found = await copies.restored("scratch", backups.read(name, "sql", dump), async (copy) => {
      const faults = differences(tables, await copy.tables());
      if (faults.length > 0) throw new Error(`Restored, it is not what it was: ${faults.join("; ")}`);
      const keys = await backups.write(name, "keys", linesOf(copy.records));
      return { keys, migration: (await copy.migrations()).at(-1) ?? "" };
    });
    const rows = Object.fromEntries(Object.entries(tables).map(([table, state]) => [table, state.rows]));
    const backup = { name, at: at.toISOString(), release, rows, dump, ...found };
    await backups.add(backup);
    return backup;
  };

  /** The snapshot is let go of at once: while it is there, nobody can change its tables. */
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
