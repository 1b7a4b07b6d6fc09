import { type Answer, type Call, type Json, jsonOf, otherAction } from "./call.ts";
import type { Upstream } from "./upstream.ts";

export interface LateIndexesProps {
  readonly upstream: Upstream;
  readonly now: () => Date;
  readonly lagMs: number;
}

/** Where the copies of all tables are: an account that no caller can name. */
const copies = "999999999999";

/** So many writes wait in memory until an index is read. */
const maxWaiting = 500;

const writesItems = /^(PutItem|UpdateItem|DeleteItem|BatchWriteItem|TransactWriteItems)$/;
const changesTables = /^(CreateTable|UpdateTable|DeleteTable|RestoreTable.*|ImportTable)$/;

/**
 * Global secondary indexes that answer later than their table. Each successful write is carried out a second time, in
 * the same order, on a copy of the tables, when it is old enough; queries and scans of an index read the copy.
 * Callers must send one call after the other. AWS promises no order and no bound; this keeps order and one lag.
 */
export function lateIndexes({ upstream, now, lagMs }: LateIndexesProps) {
  const waiting: { readonly call: Call; readonly dueMs: number }[] = [];

  async function catchUp(untilMs: number): Promise<void> {
    while (waiting.length > 0 && waiting[0]!.dueMs <= untilMs)
      await upstream.send(waiting.shift()!.call, copies);
  }

  async function isGlobal(call: Call, { TableName, IndexName }: Json): Promise<boolean> {
    if (IndexName === undefined || !/^(Query|Scan)$/.test(call.action ?? "")) return false;
    const { Table } = jsonOf(await upstream.send(otherAction(call, "DescribeTable", { TableName })));
    const indexes = ((Table as Json | undefined)?.["GlobalSecondaryIndexes"] ?? []) as Json[];
    return indexes.some((index) => index["IndexName"] === IndexName);
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
    if (writesItems.test(call.action ?? "")) waiting.push({ call, dueMs: now().getTime() + lagMs });
    if (waiting.length > maxWaiting) await catchUp(now().getTime());
    if (changesTables.test(call.action ?? "")) {
      await catchUp(Number.POSITIVE_INFINITY);
      await upstream.send(call, copies);
    }
    return answer;
  }

  return { send };
}
