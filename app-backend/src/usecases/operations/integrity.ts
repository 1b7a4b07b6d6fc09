import { digestIn, lastingPrefixes } from "../../domain/object-key.ts";
import type { ObjectRecords } from "../../ports/object-records.ts";
import type { ObjectStore } from "../../ports/object-store.ts";

// An object is written before its record: a young one without a record is on its way.
const onItsWayMs = 3_600_000;

export interface Report {
  readonly checked: number;
  /** A record points at it, and it is not there. */
  readonly missing: string[];
  /** It does not hold what its name says. */
  readonly mismatched: string[];
  /** No record points at it. */
  readonly orphaned: string[];
  /** Of all these, what was not or could not be repaired. */
  readonly left: string[];
}

interface Dependencies {
  readonly records: ObjectRecords;
  readonly objectStore: ObjectStore;
  readonly now: () => Date;
}

/** Compares records with objects. Repairs, where told to, from the bucket's older versions. */
export function integrityCheck({ records, objectStore, now }: Dependencies) {
  return async (repair: boolean): Promise<Report> => {
    const report = { checked: 0, missing: [], mismatched: [], orphaned: [], left: [] } as MutableReport;
    for await (const keys of records.pages()) {
      for (const key of keys) await compare(key, repair, report);
    }
    for (const prefix of lastingPrefixes) {
      for await (const objects of objectStore.list(prefix)) {
        const old = objects.filter(({ modifiedAt }) => now().getTime() - modifiedAt.getTime() > onItsWayMs);
        const known = await records.known(old.map(({ key }) => key));
        for (const { key } of old) if (!known.has(key)) await orphan(key, repair, report);
      }
    }
    return report;
  };

  // A page of keys was read minutes ago, one object at a time: what is told and repaired is what holds now.
  async function isKnown(key: string): Promise<boolean> {
    return (await records.known([key])).has(key);
  }

  async function compare(key: string, repair: boolean, report: MutableReport): Promise<void> {
    report.checked += 1;
    const expected = digestIn(key);
    const found = await objectStore.digest(key);
    if (found !== undefined && (expected === undefined || found === expected)) return;
    if (!(await isKnown(key))) return; // its owner removed it meanwhile: it is neither missed nor brought back
    report[found === undefined ? "missing" : "mismatched"].push(key);
    const isRepaired = repair && expected !== undefined && (await objectStore.restore(key, expected));
    if (!isRepaired) report.left.push(key);
  }

  async function orphan(key: string, repair: boolean, report: MutableReport): Promise<void> {
    if (await isKnown(key)) return; // its record came meanwhile
    report.orphaned.push(key);
    if (repair) await objectStore.remove(key);
    else report.left.push(key);
  }
}

type MutableReport = { -readonly [Field in keyof Report]: Report[Field] };
