import { type Answer, type Call, type Json, jsonOf, otherAction } from "./call.ts";
import type { Upstream } from "./upstream.ts";

export interface LateIndexesProps {
  readonly upstream: Upstream;
  readonly now: () => Date;
  readonly lagMs: number;
  /** Runs work when no call is under way. */
  readonly inTurn: (work: () => Promise<void>) => Promise<void>;
}

/** Where the copies of all tables are: an account that no caller can name. */
const copies = "999999999999";

const writesItems = /^(PutItem|UpdateItem|DeleteItem|BatchWriteItem|TransactWriteItems)$/;
const changesTables = /^(CreateTable|UpdateTable|DeleteTable|RestoreTable.*|ImportTable)$/;

/**
 * Global secondary indexes that answer later than their table. Each successful write of a table that has some is carried
 * out a second time, in the same order, on a copy of the tables, when it is old enough; queries and scans of an index read
 * the copy. Callers must send one call after the other. AWS promises no order and no bound; this keeps order and one lag.
 */
export function lateIndexes({ upstream, now, lagMs, inTurn }: LateIndexesProps) {
  const waiting: { readonly call: Call; readonly dueMs: number }[] = [];
  const known = new Map<string, Promise<readonly string[]>>();
  /** Tables that got an index later: the copy lacks what was written before. */
  const incomplete = new Set<string>();
  let timer: NodeJS.Timeout | undefined;

  async function catchUp(untilMs: number, most = Number.POSITIVE_INFINITY): Promise<void> {
    for (let done = 0; done < most && waiting.length > 0 && waiting[0]!.dueMs <= untilMs; done += 1)
      await upstream.send(waiting.shift()!.call, copies);
  }

  /** One at a time, so that a call waits for no more than that. */
  function catchUpLater(): void {
    if (waiting.length === 0) return;
    timer ??= setTimeout(
      () => {
        timer = undefined;
        inTurn(() => catchUp(now().getTime(), 1)).then(catchUpLater, catchUpLater);
      },
      Math.max(5, waiting[0]!.dueMs - now().getTime()),
    ).unref();
  }

  /** Names of a table's global indexes. */
  function indexesOf(call: Call, TableName: unknown): Promise<readonly string[]> {
    const key = `${call.region} ${String(TableName)}`;
    const found = known.get(key) ?? described(call, TableName);
    known.set(key, found);
    return found;
  }

  async function described(call: Call, TableName: unknown): Promise<string[]> {
    const { Table } = jsonOf(await upstream.send(otherAction(call, "DescribeTable", { TableName })));
    const indexes = ((Table as Json | undefined)?.["GlobalSecondaryIndexes"] ?? []) as Json[];
    return indexes.map(({ IndexName }) => String(IndexName));
  }

  async function isGlobal(call: Call, { TableName, IndexName }: Json): Promise<boolean> {
    if (IndexName === undefined || !/^(Query|Scan)$/.test(call.action ?? "")) return false;
    if (incomplete.has(`${call.region} ${String(TableName)}`)) return false;
    return (await indexesOf(call, TableName)).includes(String(IndexName));
  }

  async function writesToIndex(call: Call): Promise<boolean> {
    if (!writesItems.test(call.action ?? "")) return false;
    const found = await Promise.all(tablesIn(jsonOf(call)).map((table) => indexesOf(call, table)));
    return found.flat().length > 0;
  }

  /** Sends a call of DynamoDB to the tables or, for the read of a global index, to their copy. */
  async function send(call: Call): Promise<Answer> {
    if (lagMs === 0) return upstream.send(call);
    if (await isGlobal(call, jsonOf(call))) {
      await catchUp(now().getTime());
      return upstream.send(call, copies);
    }
    const answer = await upstream.send(call);
    if (answer.status !== 200) return answer;
    if (await writesToIndex(call)) waiting.push({ call, dueMs: now().getTime() + lagMs });
    if (changesTables.test(call.action ?? "")) {
      known.clear();
      const { TableName, GlobalSecondaryIndexUpdates } = jsonOf(call);
      if (GlobalSecondaryIndexUpdates !== undefined) incomplete.add(`${call.region} ${String(TableName)}`);
      if (call.action === "CreateTable") incomplete.delete(`${call.region} ${String(TableName)}`);
      await catchUp(Number.POSITIVE_INFINITY);
      await upstream.send(call, copies);
    }
    catchUpLater();
    return answer;
  }

  return { send };
}

function tablesIn({ TableName, RequestItems, TransactItems }: Json): string[] {
  if (typeof TableName === "string") return [TableName];
  if (RequestItems !== undefined) return Object.keys(RequestItems as Json);
  const parts = (TransactItems as Record<string, { readonly TableName: string }>[] | undefined) ?? [];
  return parts.flatMap((part) => Object.values(part)).map((one) => one.TableName);
}
