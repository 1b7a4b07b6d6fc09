import { accountIdIn, digestIn, lastingPrefixes } from "../../domain/object-key.ts";
import type { ObjectRecords } from "../../ports/object-records.ts";
import type { ObjectStore } from "../../ports/object-store.ts";
import { inParallel } from "./in-parallel.ts";

// An object is written before its record: a young one without a record may still get one.
const onItsWayMs = 3_600_000;
/** Most are read whole, and each takes its way to the bucket and back: a job has 15 minutes for all. */
const atOnce = 16;

export interface Report {
  readonly checked: number;
  /** A record points at it, and it does not exist. */
  readonly missing: string[];
  /** Its content does not match the hash in its key. */
  readonly mismatched: string[];
  /** No record points at it. */
  readonly orphaned: string[];
  /** Those of the above that were not or could not be repaired. */
  readonly left: string[];
}

interface Dependencies {
  readonly records: ObjectRecords;
  readonly objectStore: ObjectStore;
  /** Removes what an account that is gone has left beside objects. @default - nothing is left */
  readonly removeLeft?: Clear;
  readonly now: () => Date;
}

/** Compares records with objects. Repairs, if asked to, from the bucket's older versions. */
export function integrityCheck({ records, objectStore, removeLeft, now }: Dependencies) {
  return async (repair: boolean): Promise<Report> => {
    const clear = once(removeLeft);
    const report = { checked: 0, missing: [], mismatched: [], orphaned: [], left: [] } as MutableReport;
    for await (const keys of records.pages()) {
      await inParallel(atOnce, keys, (key) => compare(key, repair, report));
    }
    for (const prefix of lastingPrefixes) {
      for await (const objects of objectStore.list(prefix)) {
        const old = objects.filter(({ modifiedAt }) => now().getTime() - modifiedAt.getTime() > onItsWayMs);
        const known = await records.known(old.map(({ key }) => key));
        const unknown = old.filter(({ key }) => !known.has(key));
        await inParallel(atOnce, unknown, ({ key }) => orphan(key, repair && clear, report));
      }
    }
    return report;
  };

  // The page of keys may have been read minutes ago: each object is checked again before it is reported or repaired.
  async function isKnown(key: string): Promise<boolean> {
    return (await records.known([key])).has(key);
  }

  async function compare(key: string, repair: boolean, report: MutableReport): Promise<void> {
    report.checked += 1;
    const expected = digestIn(key);
    const found = await objectStore.digest(key);
    if (found !== undefined && (expected === undefined || found === expected)) return;
    if (!(await isKnown(key))) return; // its owner has removed it since: it is neither missing nor restored
    report[found === undefined ? "missing" : "mismatched"].push(key);
    const isRepaired = repair && expected !== undefined && (await objectStore.restore(key, expected));
    if (!isRepaired) report.left.push(key);
  }

  async function orphan(key: string, clear: false | Clear, report: MutableReport): Promise<void> {
    if (await isKnown(key)) return; // its record was written since
    report.orphaned.push(key);
    if (!clear) return void report.left.push(key);
    const accountId = accountIdIn(key);
    // First the records: only objects lead to them.
    if (accountId !== undefined) await clear(accountId);
    await objectStore.remove(key);
  }
}

type Clear = (accountId: string) => Promise<void>;

/** Clears each account once. All calls wait for that. */
function once(clear: Clear = async () => undefined): Clear {
  const cleared = new Map<string, Promise<void>>();
  return (accountId) => {
    const known = cleared.get(accountId) ?? clear(accountId);
    cleared.set(accountId, known);
    return known;
  };
}

type MutableReport = { -readonly [Field in keyof Report]: Report[Field] };
