import {
  CreateTableCommand,
  DeleteItemCommand,
  DeleteTableCommand,
  type DynamoDBClient,
  DynamoDBClient as Client,
  ExecuteStatementCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { afterAll, afterEach, beforeAll, expect, test } from "@jest/globals";
import { moto, type Proxy, region, startApiProxy } from "./harness.ts";

const TableName = "api-proxy-races";
const lagMs = 200;
let proxy: Proxy;

beforeAll(async () => {
  proxy = await startApiProxy({ indexLagMs: lagMs });
  await proxy.dynamodb.send(createTable());
});
afterAll(async () => {
  await proxy.dynamodb.send(new DeleteTableCommand({ TableName }));
  await proxy.stop();
});
afterEach(() => void (proxy.clock.now = new Date(proxy.clock.now.getTime() + 10 * lagMs)));

const createTable = (IndexName = "by-owner", name = TableName) =>
  new CreateTableCommand({
    TableName: name,
    BillingMode: "PAY_PER_REQUEST",
    KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
    AttributeDefinitions: ["pk", "owner"].map((AttributeName) => ({ AttributeName, AttributeType: "S" })),
    GlobalSecondaryIndexes: [
      {
        IndexName,
        KeySchema: [{ AttributeName: "owner", KeyType: "HASH" }],
        Projection: { ProjectionType: "ALL" },
      },
    ],
  });

const key = (pk: string) => ({ pk: { S: pk } });
const unlessThere = { TableName, ConditionExpression: "attribute_not_exists(pk)" };
/** Why a transaction was cancelled, or the error that it was instead. */
const codesOf = (error: { CancellationReasons?: { Code?: string }[] }) =>
  error.CancellationReasons?.map(({ Code }) => Code) ?? error;

/** Of some rounds of conditional updates at the same time, how many of each won: `[1, 1, ...]` if the store is right. */
async function winners(client: DynamoDBClient, name: string, rounds: number): Promise<number[]> {
  const counts: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const Key = key(`${name}-${round}`);
    await client.send(new PutItemCommand({ TableName, Item: { ...Key, current: { S: "first" } } }));
    const tries = Array.from({ length: 5 }, (_, number) => client.send(replacing(Key, `next-${number}`)));
    const outcomes = await Promise.allSettled(tries);
    const lost = outcomes.flatMap((outcome) =>
      outcome.status === "rejected" ? [outcome.reason.name as string] : [],
    );
    expect(lost).toEqual(lost.map(() => "ConditionalCheckFailedException"));
    counts.push(tries.length - lost.length);
  }
  return counts;
}

const replacing = (Key: ReturnType<typeof key>, next: string) =>
  new UpdateItemCommand({
    ...{ TableName, Key },
    UpdateExpression: "SET #c = :next",
    ConditionExpression: "#c = :first",
    ExpressionAttributeNames: { "#c": "current" },
    ExpressionAttributeValues: { ":first": { S: "first" }, ":next": { S: next } },
  });

// First: moto copies all its items for each transaction.
test("SLS-20 transactions at once are whole: each is carried out or cancelled by a condition", async () => {
  for (let round = 0; round < 10; round++) {
    const { won, reasons, parts } = await transactions(proxy.dynamodb, `proxy-${round}`);
    expect(won).toHaveLength(1);
    expect(reasons).toEqual(Array.from({ length: 9 }, () => ["ConditionalCheckFailed", "None"]));
    expect(parts).toEqual(won.map((number) => `part-proxy-${round}-${number}`));
  }
}, 240_000);

test("SLS-20 at the emulator's own port transactions are not whole: what the proxy is for", async () => {
  let faults = 0;
  for (let round = 0; round < 100 && faults === 0; round++) {
    const { won, parts } = await transactions(direct(), `direct-${round}`);
    if (won.length !== 1 || parts.length !== 1) faults += 1;
  }
  expect(faults).toBe(1);
}, 240_000);

/** Ten transactions at once that put the same item, each beside one of its own: which won, why others lost, what is there. */
async function transactions(client: Client, name: string) {
  const tries = Array.from({ length: 10 }, (_, number) =>
    client.send(
      new TransactWriteItemsCommand({
        TransactItems: [
          { Put: { ...unlessThere, Item: { ...key(`whole-${name}`), by: { N: String(number) } } } },
          { Put: { TableName, Item: { ...key(`part-${name}-${number}`) } } },
        ],
      }),
    ),
  );
  const outcomes = await Promise.allSettled(tries);
  const won = outcomes.flatMap(({ status }, number) => (status === "fulfilled" ? [number] : []));
  const reasons = outcomes.flatMap((outcome) =>
    outcome.status === "rejected" ? [codesOf(outcome.reason)] : [],
  );
  const { Items = [] } = await client.send(
    new ScanCommand({
      TableName,
      FilterExpression: "begins_with(pk, :part)",
      ExpressionAttributeValues: { ":part": { S: `part-${name}-` } },
    }),
  );
  return { won, reasons, parts: Items.map(({ pk }) => pk?.S) };
}

const direct = () =>
  new Client({ endpoint: moto.href, region, credentials: proxy.operator.credentials, maxAttempts: 1 });

test("SLS-20 of conditional updates at once one wins, in 100 of 100 rounds", async () => {
  expect(await winners(proxy.dynamodb, "proxy", 100)).toEqual(Array<number>(100).fill(1));
}, 240_000);

const counting = (ClientRequestToken: string, by = "1") =>
  new TransactWriteItemsCommand({
    ClientRequestToken,
    TransactItems: [
      {
        Update: {
          ...{ TableName, Key: key("counter") },
          UpdateExpression: "ADD n :by",
          ExpressionAttributeValues: { ":by": { N: by } },
        },
      },
    ],
  });

async function counted() {
  const { Item } = await proxy.dynamodb.send(new GetItemCommand({ TableName, Key: key("counter") }));
  return Item?.["n"]?.N;
}

test("SLS-19 a transaction sent again with its token is carried out once, for ten minutes", async () => {
  for (let attempt = 0; attempt < 3; attempt++) await proxy.dynamodb.send(counting("same-token"));
  expect(await counted()).toBe("1");
  await expect(proxy.dynamodb.send(counting("same-token", "2"))).rejects.toMatchObject({
    name: "IdempotentParameterMismatchException",
  });
  await proxy.dynamodb.send(counting("other-token"));
  expect(await counted()).toBe("2");
});

test("SLS-19 a cancelled transaction is tried again under its token", async () => {
  const Item = key("cancelled");
  await proxy.dynamodb.send(new PutItemCommand({ TableName, Item }));
  const put = new TransactWriteItemsCommand({
    ClientRequestToken: "cancelled-once",
    TransactItems: [{ Put: { ...unlessThere, Item } }],
  });
  await expect(proxy.dynamodb.send(put)).rejects.toMatchObject({ name: "TransactionCanceledException" });
  await proxy.dynamodb.send(new DeleteItemCommand({ TableName, Key: Item }));
  await proxy.dynamodb.send(put);
});

async function owned(owner: string) {
  const { Items = [] } = await proxy.dynamodb.send(
    new QueryCommand({
      ...{ TableName, IndexName: "by-owner" },
      KeyConditionExpression: "#o = :o",
      ExpressionAttributeNames: { "#o": "owner" },
      ExpressionAttributeValues: { ":o": { S: owner } },
    }),
  );
  return Items.map(({ pk, note }) => [pk?.S, note?.S].filter(Boolean).join(" ")).sort();
}

const pass = (ms: number) => void (proxy.clock.now = new Date(proxy.clock.now.getTime() + ms));
const put = (pk: string, owner: string, note = "") =>
  proxy.dynamodb.send(
    new PutItemCommand({
      TableName,
      Item: { ...key(pk), owner: { S: owner }, ...(note && { note: { S: note } }) },
    }),
  );

test("an index answers without the writes of the last moments; the table answers with them", async () => {
  await put("late-1", "ada");
  pass(lagMs - 1);
  await put("late-2", "ada");
  const table = await proxy.dynamodb.send(
    new GetItemCommand({ TableName, Key: key("late-1"), ConsistentRead: true }),
  );
  expect(table.Item?.["owner"]).toEqual({ S: "ada" });
  expect(await owned("ada")).toEqual([]);
  pass(1);
  expect(await owned("ada")).toEqual(["late-1"]);
  pass(lagMs);
  expect(await owned("ada")).toEqual(["late-1", "late-2"]);
});

test("an index shows for a moment what was changed, moved or removed", async () => {
  for (const pk of ["changed", "moved", "removed"]) await put(pk, "grace", "before");
  pass(lagMs);
  await put("changed", "grace", "after");
  await put("moved", "edsger", "after");
  await proxy.dynamodb.send(new DeleteItemCommand({ TableName, Key: key("removed") }));
  expect(await owned("grace")).toEqual(["changed before", "moved before", "removed before"]);
  expect(await owned("edsger")).toEqual([]);
  pass(lagMs);
  expect(await owned("grace")).toEqual(["changed after"]);
  expect(await owned("edsger")).toEqual(["moved after"]);
});

test("a refused write never reaches an index", async () => {
  await put("refused", "ada-2");
  const again = new PutItemCommand({ ...unlessThere, Item: { ...key("refused"), owner: { S: "mallory" } } });
  await expect(proxy.dynamodb.send(again)).rejects.toMatchObject({ name: "ConditionalCheckFailedException" });
  pass(lagMs);
  expect([await owned("ada-2"), await owned("mallory")]).toEqual([["refused"], []]);
});

test("an index is as late for a table that was made again under its name", async () => {
  const name = { TableName: "api-proxy-again" };
  await proxy.dynamodb.send(createTable("by-owner", name.TableName));
  await proxy.dynamodb.send(new PutItemCommand({ ...name, Item: { ...key("old"), owner: { S: "ada" } } }));
  await proxy.dynamodb.send(new DeleteTableCommand(name));
  await proxy.dynamodb.send(createTable("by-owner", name.TableName));
  pass(lagMs);
  const { Count } = await proxy.dynamodb.send(new ScanCommand({ ...name, IndexName: "by-owner" }));
  await proxy.dynamodb.send(new DeleteTableCommand(name));
  expect(Count).toBe(0);
});

test("names of indexes have three letters at least", async () => {
  await expect(proxy.dynamodb.send(createTable("by", "api-proxy-short"))).rejects.toMatchObject({
    name: "ValidationException",
    message: expect.stringContaining("'by' at 'indexName'"),
  });
});

test("PartiQL is refused: it would write past the conditions of this proxy", async () => {
  const statement = new ExecuteStatementCommand({ Statement: `SELECT * FROM "${TableName}"` });
  await expect(proxy.dynamodb.send(statement)).rejects.toMatchObject({ name: "UnknownOperationException" });
});
