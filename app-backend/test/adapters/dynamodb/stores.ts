import { randomUUID } from "node:crypto";
import { type AttributeValue, PutItemCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { dynamodbAccounts } from "../../../src/adapters/dynamodb/accounts.ts";
import { openDynamodb } from "../../../src/adapters/dynamodb/client.ts";
import { dynamodbImages } from "../../../src/adapters/dynamodb/images.ts";
import type { Item } from "../../../src/adapters/dynamodb/items.ts";
import { dynamodbLimits } from "../../../src/adapters/dynamodb/limits.ts";
import { dynamodbObjectRecords } from "../../../src/adapters/dynamodb/object-records.ts";
import { dynamodbPasswordHashes } from "../../../src/adapters/dynamodb/password-hashes.ts";
import { type Dynamodb, dynamodb } from "../../../src/adapters/dynamodb/requests.ts";
import { dynamodbSessions } from "../../../src/adapters/dynamodb/sessions.ts";
import type { Open, RawStore } from "../../contract/opened.ts";
import { createTables, endpoints, type TestTables } from "./tables.ts";

interface Place {
  /** Where tables are made. */
  readonly at?: string;
  /** Where the application sends requests. */
  readonly through?: string;
  /** Generous by default: the emulator takes one call after the other on a busy machine. */
  readonly attemptTimeoutMs?: number;
}

/** All stores on separate tables. */
export async function openDynamodbStores({ at = endpoints.serial, through = at, ...place }: Place = {}) {
  const tables = await createTables(at);
  const { attemptTimeoutMs = 60_000 } = place;
  const client = openDynamodb({ region: tables.region, endpoint: through, attemptTimeoutMs });
  const db = dynamodb({ client, tables: tables.names });
  return { ...storesOf(db), db, client, tables, raw: rawDynamodb(tables), close };

  async function close(): Promise<void> {
    client.destroy();
    await tables.drop();
  }
}

export type DynamodbStores = Awaited<ReturnType<typeof openDynamodbStores>>;

export function storesOf(db: Dynamodb) {
  return {
    accounts: dynamodbAccounts(db),
    sessions: dynamodbSessions(db),
    hashes: dynamodbPasswordHashes(db),
    limits: dynamodbLimits({ db, newId: randomUUID }),
    images: dynamodbImages({ db, now: () => new Date() }),
    records: dynamodbObjectRecords(db),
  };
}

/** Opens one port on separate tables. */
export function openDynamodbPort<Port>(make: (db: Dynamodb) => Port): Open<Port> {
  return async () => {
    const { db, raw, close } = await openDynamodbStores();
    return { port: make(db), raw, close };
  };
}

const S = (value: string): AttributeValue => ({ S: value });
const N = (value: number): AttributeValue => ({ N: String(value) });

/** Writes items as docs/decisions/0030-two-tables.md describes them. */
export function rawDynamodb({ client, names, items }: TestTables): RawStore {
  const TableName = names.records;

  async function put(pk: string, sk: string, item: Item): Promise<void> {
    await client.send(new PutItemCommand({ TableName, Item: { pk: S(pk), sk: S(sk), ...item } }));
  }

  async function add(Key: Item, expression: string, values: Item, names = {}): Promise<void> {
    const change = { UpdateExpression: `ADD ${expression}`, ExpressionAttributeValues: values, ...names };
    await client.send(new UpdateItemCommand({ TableName, Key, ...change }));
  }

  const registered = new Set<string>();
  async function register(feed: string): Promise<void> {
    if (registered.has(feed)) return;
    registered.add(feed);
    const names = { ExpressionAttributeNames: { "#names": "names" } };
    await add({ pk: S("feeds"), sk: S("feeds") }, "#names :feed", { ":feed": { SS: [feed] } }, names);
  }

  return {
    async addAccount(facts = {}) {
      const { id = randomUUID(), credential = "hash", credentialVersion = 0 } = facts;
      const { email = `${id}@example.org`, pictureKey = `pictures/${id}/a.png` } = facts;
      const now = new Date();
      const common = { id: S(id), images: N(0), imageBytes: N(0), credential: S(credential) };
      if (facts.isRemoved) {
        const removed = { removedAt: N(now.getTime()), feed: S("removed"), feedAt: S(id) };
        await put(`account#${id}`, "account", { ...common, ...removed });
        return id;
      }
      const profile = { email: S(email), pictureKey: S(pictureKey), confirmed: { BOOL: false } };
      const times = { createdAt: N(now.getTime()), credentialVersion: N(credentialVersion) };
      await put(`account#${id}`, "account", { ...common, ...profile, ...times });
      const feed = `account#${now.toISOString().slice(0, 7)}`;
      const places = { feed: S(feed), feedAt: S(`${now.toISOString()}#${id}`) };
      await put(`email#${email.toLowerCase()}`, "email", { accountId: S(id), ...places });
      await register(feed);
      return id;
    },

    async addImage({ id, accountId, objectKeys: [object, thumbnail] }) {
      const now = new Date();
      const iso = now.toISOString();
      const facts = { id: S(id), accountId: S(accountId), name: S("Silver"), contentType: S("image/png") };
      const isPublished = object !== undefined && thumbnail !== undefined;
      const feed = isPublished ? iso.slice(0, 7) : `pending#${iso.slice(0, 10)}`;
      await put(`image#${id}`, "image", {
        ...facts,
        bytes: N(100),
        createdAt: N(now.getTime()),
        feed: S(feed),
        owner: S(isPublished ? accountId : `hidden#${accountId}`),
        feedAt: S(`${iso}#${id}`),
        ...(isPublished && {
          objectKey: S(object),
          thumbnailKey: S(thumbnail),
          publishedAt: N(now.getTime()),
        }),
      });
      await register(feed);
      const counted = { ":one": N(1), ":bytes": N(100) };
      await add(
        { pk: S(`account#${accountId}`), sk: S("account") },
        "images :one, imageBytes :bytes",
        counted,
      );
    },

    /** An account and the key of its address are one record. */
    async count(text) {
      const found = (await items()).filter((item) => JSON.stringify(item).includes(text));
      return new Set(found.map(recordOf)).size;
    },
  };
}

function recordOf({ pk, sk, accountId }: Item): string {
  return sk?.S === "email" ? `account#${accountId?.S} account` : `${pk?.S} ${sk?.S}`;
}
