import { type Backup, rowDifferences } from "../../domain/backup.ts";
import { digestIn, lastingPrefixes } from "../../domain/object-key.ts";
import type { Backups } from "../../ports/backups.ts";
import type { Copy, DatabaseCopies } from "../../ports/database-copies.ts";
import type { ObjectStore } from "../../ports/object-store.ts";
import type { backupUseCase } from "./backup.ts";

export interface Restored {
  readonly name: string;
  /** The backup of the previous data. */
  readonly before: string;
  readonly rows: Backup["rows"];
  readonly migrated: string[];
  /** How many objects were deleted since and have been restored. */
  readonly broughtBack: number;
  /** Keys of objects that its records point at and that cannot be restored. */
  readonly lost: string[];
}

interface Dependencies {
  readonly copies: DatabaseCopies;
  readonly backups: Backups;
  readonly objectStore: ObjectStore;
  readonly keep: ReturnType<typeof backupUseCase>;
}

/** Replaces the current data by a backup. The data is unchanged until the last step, and if any step fails. */
export function restoreUseCase({ copies, backups, objectStore, keep }: Dependencies) {
  return async (name: string): Promise<Restored> => {
    const backup = await backups.get(name);
    if (!backup) throw new Error(`There is no backup ${name}.`);
    return copies.alone("restore", () =>
      copies.restored("next", backups.read(name, "sql", backup.dump), async (copy) => {
        await requireFit(backup, copy);
        const before = await keep("-before-restore");
        const migrated = await copy.migrate();
        await copy.endSessions();
        const objects = await bringBackObjects(copy);
        await copy.putInPlace();
        return { name, before: before.name, rows: backup.rows, migrated, ...objects };
      }),
    );
  };

  async function requireFit(backup: Backup, copy: Copy): Promise<void> {
    const faults = rowDifferences(backup.rows, await copy.tables());
    if (faults.length > 0) throw new Error(`The backup ${backup.name} is damaged: ${faults.join("; ")}`);
    const known = await copies.knownMigrations();
    const unknown = (await copy.migrations()).filter((migration) => !known.has(migration));
    if (unknown.length === 0) return;
    throw new Error(
      `The backup ${backup.name} is of release ${backup.release}, whose database is newer than this release: ` +
        `it has seen ${unknown.join(", ")}. Deploy that release first.`,
    );
  }

  async function bringBackObjects(copy: Copy): Promise<Pick<Restored, "broughtBack" | "lost">> {
    const there = await keysInBucket();
    let broughtBack = 0;
    const lost: string[] = [];
    for await (const keys of copy.records.pages()) {
      for (const key of keys.filter((wanted) => !there.has(wanted))) {
        if (await objectStore.restore(key, digestIn(key))) broughtBack += 1;
        else lost.push(key);
      }
    }
    return { broughtBack, lost };
  }

  async function keysInBucket(): Promise<ReadonlySet<string>> {
    const there = new Set<string>();
    for (const prefix of lastingPrefixes) {
      for await (const objects of objectStore.list(prefix)) for (const { key } of objects) there.add(key);
    }
    return there;
  }
}
