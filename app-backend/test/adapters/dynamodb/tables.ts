import { randomBytes } from "node:crypto";
import {
  CreateTableCommand,
  DeleteItemCommand,
  DeleteTableCommand,
  DynamoDBClient,
  PutItemCommand,
  ScanCommand,
  UpdateTimeToLiveCommand,
} from "@aws-sdk/client-dynamodb";
import type { Item } from "../../../src/adapters/dynamodb/items.ts";
import type { Tables } from "../../../src/adapters/dynamodb/keys.ts";

const { AWS_REGION: region = "us-east-1", AWS_ENDPOINT_URL_DYNAMODB: endpoint, MOTO_URL } = process.env;

export const endpoints = {
  /** One call after the other, as DynamoDB behaves. */
  serial: endpoint!,
  /** Its indexes answer later than its tables. */
  late: process.env["LATE_DYNAMODB_URL"]!,
  /** The emulator itself, which is not atomic. */
  bare: MOTO_URL!,
};

const keys = (partition: string, sort: string) => [
  { AttributeName: partition, KeyType: "HASH" as const },
  { AttributeName: sort, KeyType: "RANGE" as const },
];

const index = (name: string) => ({
  IndexName: name,
  KeySchema: keys(name, "feedAt"),
  Projection: { ProjectionType: "ALL" as const },
});

/** Separate tables for one suite, as the stack declares them. */
export async function createTables(url = endpoints.serial) {
  const client = new DynamoDBClient({ region, endpoint: url });
  const id = randomBytes(6).toString("hex");
  const names: Tables = { records: `tintype-${id}-records`, expiring: `tintype-${id}-expiring` };

  async function create(TableName: string, indexes: readonly string[]): Promise<void> {
    const attributes = new Set(["pk", "sk", ...indexes, ...(indexes.length > 0 ? ["feedAt"] : [])]);
    const create = new CreateTableCommand({
      TableName,
      BillingMode: "PAY_PER_REQUEST",
      KeySchema: keys("pk", "sk"),
      AttributeDefinitions: [...attributes].map((AttributeName) => ({ AttributeName, AttributeType: "S" })),
      ...(indexes.length > 0 && { GlobalSecondaryIndexes: indexes.map(index) }),
    });
    await client.send(create);
    const TimeToLiveSpecification = { AttributeName: "expiresAt", Enabled: true };
    await client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
  }

  /** All items, of both tables unless one is named. */
  async function items(among = Object.values(names)): Promise<Item[]> {
    const found: Item[] = [];
    for (const TableName of among) {
      let from: Item | undefined;
      do {
        const scan = new ScanCommand({ TableName, ExclusiveStartKey: from, ConsistentRead: true });
        const { Items = [], LastEvaluatedKey } = await client.send(scan);
        found.push(...Items);
        from = LastEvaluatedKey;
      } while (from);
    }
    return found;
  }

  /** Copies `records`; what is returned restores the copy. */
  async function copyOfRecords(): Promise<() => Promise<void>> {
    const TableName = names.records;
    const copy = await items([TableName]);
    return async () => {
      for (const { pk, sk } of await items([TableName]))
        await client.send(new DeleteItemCommand({ TableName, Key: { pk: pk!, sk: sk! } }));
      for (const Item of copy) await client.send(new PutItemCommand({ TableName, Item }));
    };
  }

  async function drop(): Promise<void> {
    for (const TableName of Object.values(names)) await client.send(new DeleteTableCommand({ TableName }));
    client.destroy();
  }

  await create(names.records, ["feed", "owner"]);
  await create(names.expiring, []);
  return { url, region, names, client, items, copyOfRecords, drop };
}

export type TestTables = Awaited<ReturnType<typeof createTables>>;
