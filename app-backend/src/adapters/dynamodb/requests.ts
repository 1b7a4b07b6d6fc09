import { setTimeout as sleep } from "node:timers/promises";
import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactionCanceledException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { causeOf, dynamodbError } from "./dynamodb-error.ts";
import { attributesOf, type Item, type Value } from "./items.ts";
import type { Key, Tables } from "./keys.ts";

const maxConflicts = 8;
const firstPauseMs = 20;
const longestPauseMs = 200;

/** A condition: `#name` is an attribute, `:name` one of the values. */
export interface Condition {
  readonly condition?: string;
  readonly values?: Readonly<Record<string, Value>>;
}

export interface Change extends Condition {
  /** Replaces attributes; null removes one. The values are also known to the condition, as `:name`. */
  readonly set?: Readonly<Record<string, Value>>;
  /** Adds to numbers and sets; one that is absent counts as 0 or empty. */
  readonly add?: Readonly<Record<string, Value>>;
  /** Removes texts from sets. */
  readonly subtract?: Readonly<Record<string, Value>>;
}

export type Write =
  | ({ readonly put: Key; readonly item: Readonly<Record<string, Value>> } & Condition)
  | ({ readonly update: Key } & Change)
  | ({ readonly delete: Key } & Condition);

/** A write that was refused by its condition. */
export interface Refused {
  /** The item as it is; undefined if there is none. */
  readonly item: Item | undefined;
  /** Whether an earlier attempt, whose answer was lost, may have carried out this very write. */
  readonly isRepeated: boolean;
}

export interface Selection {
  readonly table: keyof Tables;
  /** @default - the table itself, consistently */
  readonly index?: "feed" | "owner";
  readonly where: string;
  readonly values: Readonly<Record<string, Value>>;
  readonly isDescending?: boolean;
  /** The most items of one page. */
  readonly limit?: number;
}

interface Dependencies {
  readonly client: DynamoDBClient;
  readonly tables: Tables;
  readonly random?: () => number;
}

export type Dynamodb = ReturnType<typeof dynamodb>;

/**
 * Requests to both tables. Reads of a table are consistent. A request that meets a conflict is sent again. Throws
 * `unavailable` if DynamoDB does not answer, is throttled, or conflicts do not end.
 */
export function dynamodb({ client, tables, random = Math.random }: Dependencies) {
  /** What the request returns, or the refusals of its conditions, one for each part. */
  async function attempt<Result>(
    request: () => Promise<Result>,
  ): Promise<{ result: Result } | { refused: (Refused | undefined)[] }> {
    let isRepeated = false;
    for (let conflicts = 0; ; conflicts += 1) {
      try {
        return { result: await request() };
      } catch (error) {
        // The SDK repeats a request whose answer it did not get: the first may have been carried out.
        isRepeated ||= attemptsOf(error) > 1;
        const cause = causeOf(error);
        if (cause === "condition") return { refused: refusalsOf(error, isRepeated) };
        if (cause !== "conflict" || conflicts === maxConflicts) throw dynamodbError(error);
        await sleep(random() * Math.min(longestPauseMs, firstPauseMs * 2 ** conflicts));
      }
    }
  }

  /** Of a request without a condition. */
  async function resultOf<Result>(request: () => Promise<Result>): Promise<Result> {
    const outcome = await attempt(request);
    if ("refused" in outcome) throw new Error("a request without a condition was refused by one");
    return outcome.result;
  }

  const addressOf = ({ table, pk, sk }: Key) => ({
    TableName: tables[table],
    Key: attributesOf({ pk, sk }),
  });

  function putOf({ table, pk, sk }: Key, item: Readonly<Record<string, Value>>, condition: Condition) {
    return { TableName: tables[table], Item: attributesOf({ ...item, pk, sk }), ...conditionOf(condition) };
  }

  const updateOf = (key: Key, change: Change) => ({ ...addressOf(key), ...changeOf(change) });

  function partOf(write: Write): TransactWriteItem {
    if ("put" in write) return { Put: putOf(write.put, write.item, write) };
    if ("update" in write) return { Update: updateOf(write.update, write) };
    return { Delete: { ...addressOf(write.delete), ...conditionOf(write) } };
  }

  function send(write: Write): Promise<unknown> {
    if ("put" in write) return client.send(new PutItemCommand(putOf(write.put, write.item, write)));
    if ("update" in write) return client.send(new UpdateItemCommand(updateOf(write.update, write)));
    return client.send(new DeleteItemCommand({ ...addressOf(write.delete), ...conditionOf(write) }));
  }

  /** An item; undefined if there is none. */
  async function get(key: Key): Promise<Item | undefined> {
    const command = () => new GetItemCommand({ ...addressOf(key), ConsistentRead: true });
    return (await resultOf(() => client.send(command()))).Item;
  }

  return {
    get,

    /** Items in the order of their sort key, a page at a time. */
    async *query(selection: Selection): AsyncGenerator<Item[]> {
      const { table, index, where, values, isDescending, limit } = selection;
      let from: Item | undefined;
      do {
        const command = () =>
          new QueryCommand({
            TableName: tables[table],
            ...(index === undefined ? { ConsistentRead: true } : { IndexName: index }),
            KeyConditionExpression: where,
            ...namesIn(where),
            ExpressionAttributeValues: placeholders(values),
            ScanIndexForward: !isDescending,
            Limit: limit,
            ExclusiveStartKey: from,
          });
        const { Items = [], LastEvaluatedKey } = await resultOf(() => client.send(command()));
        yield Items;
        from = LastEvaluatedKey;
      } while (from !== undefined);
    },

    /** Writes one item; returns the refusal if its condition does not hold. */
    async write(write: Write): Promise<Refused | undefined> {
      const outcome = await attempt(() => send(write));
      return "refused" in outcome ? outcome.refused[0] : undefined;
    },

    /** Writes all or nothing; returns the refusals of the conditions, one for each write, if one does not hold. */
    async transact(writes: readonly Write[]): Promise<(Refused | undefined)[] | undefined> {
      const command = () => new TransactWriteItemsCommand({ TransactItems: writes.map(partOf) });
      const outcome = await attempt(() => client.send(command()));
      return "refused" in outcome ? outcome.refused : undefined;
    },

    /** Resolves if both tables answer. */
    async probe(): Promise<void> {
      const names = Object.keys(tables) as (keyof Tables)[];
      await Promise.all(names.map((table) => get({ table, pk: "probe", sk: "probe" })));
    },
  };
}

function attemptsOf(error: unknown): number {
  const { $metadata } = error as { $metadata?: { attempts?: number } };
  return $metadata?.attempts ?? 1;
}

function refusalsOf(error: unknown, isRepeated: boolean): (Refused | undefined)[] {
  if (error instanceof ConditionalCheckFailedException) return [{ item: error.Item, isRepeated }];
  if (!(error instanceof TransactionCanceledException)) throw error;
  return (error.CancellationReasons ?? []).map(({ Code, Item }) =>
    Code === "ConditionalCheckFailed" ? { item: Item, isRepeated } : undefined,
  );
}

function conditionOf({ condition, values = {} }: Condition) {
  if (condition === undefined) return {};
  return {
    ConditionExpression: condition,
    ...namesIn(condition),
    ...valuesIn(values),
    ReturnValuesOnConditionCheckFailure: "ALL_OLD" as const,
  };
}

function changeOf({ set = {}, add = {}, subtract = {}, condition, values = {} }: Change) {
  const isAbsent = (name: string) => set[name] === null || set[name] === undefined;
  const names = Object.keys(set);
  const clauses = [
    ["SET", names.filter((name) => !isAbsent(name)).map((name) => `#${name} = :${name}`)],
    ["REMOVE", names.filter(isAbsent).map((name) => `#${name}`)],
    ["ADD", Object.keys(add).map((name) => `#${name} :${name}`)],
    ["DELETE", Object.keys(subtract).map((name) => `#${name} :${name}`)],
  ] as const;
  const change = clauses
    .filter(([, parts]) => parts.length > 0)
    .map(([verb, parts]) => `${verb} ${parts.join(", ")}`)
    .join(" ");
  return {
    UpdateExpression: change,
    ...(condition !== undefined && {
      ConditionExpression: condition,
      ReturnValuesOnConditionCheckFailure: "ALL_OLD" as const,
    }),
    ...namesIn(`${change} ${condition ?? ""}`),
    ...valuesIn({ ...set, ...add, ...subtract, ...values }),
  };
}

/** Every attribute by a placeholder: many names, such as `name` and `owner`, are reserved words. */
function namesIn(expression: string) {
  const names = [...expression.matchAll(/#(\w+)/g)].map(([placeholder, name = ""]) => [placeholder, name]);
  return names.length > 0
    ? { ExpressionAttributeNames: Object.fromEntries(names) as Record<string, string> }
    : {};
}

function valuesIn(values: Readonly<Record<string, Value>>) {
  const item = placeholders(values);
  return Object.keys(item).length > 0 ? { ExpressionAttributeValues: item } : {};
}

function placeholders(values: Readonly<Record<string, Value>>): Item {
  return Object.fromEntries(Object.entries(attributesOf(values)).map(([name, value]) => [`:${name}`, value]));
}
