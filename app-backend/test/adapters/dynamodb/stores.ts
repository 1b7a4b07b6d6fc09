import { randomUUID } from "node:crypto";
import {
  type AttributeValue,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { dynamodbAccounts } from "../../../src/adapters/dynamodb/accounts.ts";
import { dynamodbChallenges } from "../../../src/adapters/dynamodb/challenges.ts";
import { openDynamodb } from "../../../src/adapters/dynamodb/client.ts";
import { dynamodbFactors } from "../../../src/adapters/dynamodb/factors.ts";
import { dynamodbImages } from "../../../src/adapters/dynamodb/images.ts";
import type { Item } from "../../../src/adapters/dynamodb/items.ts";
import { dynamodbLimits } from "../../../src/adapters/dynamodb/limits.ts";
import { dynamodbMedia } from "../../../src/adapters/dynamodb/media.ts";
import { dynamodbObjectRecords } from "../../../src/adapters/dynamodb/object-records.ts";
import { dynamodbPasskeys } from "../../../src/adapters/dynamodb/passkeys.ts";
import { dynamodbPasswordHashes } from "../../../src/adapters/dynamodb/password-hashes.ts";
import { dynamodbProviderIdentities } from "../../../src/adapters/dynamodb/provider-identities.ts";
import { dynamodbProjects } from "../../../src/adapters/dynamodb/projects.ts";
import { type Dynamodb, dynamodb } from "../../../src/adapters/dynamodb/requests.ts";
import { dynamodbSessions } from "../../../src/adapters/dynamodb/sessions.ts";
import type { Open, RawProjectStore, RawUsage } from "../../contract/opened.ts";
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
    factors: dynamodbFactors({ db, newId: randomUUID }),
    challenges: dynamodbChallenges({ db, newId: randomUUID }),
    passkeys: dynamodbPasskeys({ db, newId: randomUUID }),
    hashes: dynamodbPasswordHashes({ db, newId: randomUUID }),
    limits: dynamodbLimits({ db, newId: randomUUID }),
    images: dynamodbImages({ db, now: () => new Date() }),
    projects: dynamodbProjects(db),
    media: dynamodbMedia(db),
    records: dynamodbObjectRecords(db),
    identities: dynamodbProviderIdentities(db),
  };
}

/** Opens one port on separate tables. */
export function openDynamodbPort<Port>(make: (db: Dynamodb) => Port): Open<Port, RawProjectStore> {
  return async () => {
    const { db, raw, close } = await openDynamodbStores();
    return { port: make(db), raw, close };
  };
}

const S = (value: string): AttributeValue => ({ S: value });
const N = (value: number): AttributeValue => ({ N: String(value) });

/** Writes items as docs/decisions/0030-two-tables.md describes them. */
export function rawDynamodb({ client, names, items }: TestTables): RawProjectStore {
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
    async addMedia({ id, accountId, sha256, objectKey, keptUntil }) {
      const now = new Date();
      const pk = `account#${accountId}`;
      const facts = { name: S("Lecture"), bytes: N(100), contentType: S("audio/mpeg"), uses: N(0) };
      const times = {
        createdAt: N(now.getTime()),
        storedAt: N(now.getTime()),
        keptUntil: N(keptUntil.getTime()),
      };
      const places = { owner: S(`media#${accountId}`), feedAt: S(`${now.toISOString()}#${id}`) };
      const stored = { sha256: S(sha256), objectKey: S(objectKey) };
      await put(pk, `media#${id}`, { ...facts, ...times, ...places, ...stored });
      await put(pk, `sha256#${sha256}`, { mediaId: S(id) });
    },

    async addProject({ id, accountId, notesKey, mediaId }) {
      const now = new Date();
      const pk = `account#${accountId}`;
      const notes = { notesKey: S(notesKey), notesSha256: S("0".repeat(64)), notesBytes: N(100) };
      const save = { ...notes, version: N(1), device: S(""), savedAt: N(now.getTime()) };
      const facts = { title: S(id), type: S("none"), revision: S(id), createdAt: N(now.getTime()) };
      const places = { owner: S(`projects#${accountId}`), feedAt: S(`${now.toISOString()}#${id}`) };
      await put(pk, `project#${id}`, {
        ...facts,
        ...save,
        ...places,
        ...(mediaId && { mediaId: S(mediaId) }),
      });
      await put(pk, `project#${id}#version#0000000001`, save);
      await put(pk, `title#${id}`, { projectId: S(id) });
      if (mediaId) await add({ pk: S(pk), sk: S(`media#${mediaId}`) }, "uses :one", { ":one": N(1) });
    },

    async usage(accountId) {
      const ofAccount = {
        KeyConditionExpression: "pk = :pk",
        ExpressionAttributeValues: { ":pk": S(`account#${accountId}`) },
      };
      const { Items = [] } = await client.send(
        new QueryCommand({ TableName, ConsistentRead: true, ...ofAccount }),
      );
      const [account] = Items;
      const [projects, media] = ["project#", "media#"].map((beginning) =>
        Items.filter(({ sk }) => sk?.S?.startsWith(beginning)),
      ) as [Item[], Item[]];
      const versions = projects.filter(({ sk }) => sk!.S!.includes("#version#"));
      const sum = (found: Item[], name: string) =>
        found.reduce((total, item) => total + Number(item[name]!.N), 0);
      return {
        counted: Object.fromEntries(
          usageFields.map((field) => [field, Number(account?.[field]?.N ?? 0)]),
        ) as unknown as RawUsage,
        summed: {
          projects: projects.length - versions.length,
          notesBytes: sum(versions, "notesBytes"),
          mediaFiles: media.length,
          mediaBytes: sum(media, "bytes"),
        },
      };
    },

    async setUsage(accountId, usage) {
      const Key = { pk: S(`account#${accountId}`), sk: S("account") };
      for (const [field, value] of Object.entries(usage))
        await client.send(
          new UpdateItemCommand({
            ...{ TableName, Key, UpdateExpression: `SET ${field} = :value` },
            ExpressionAttributeValues: { ":value": N(value) },
          }),
        );
    },

    async addAccount(facts = {}) {
      const { id = randomUUID(), credential = "hash", credentialVersion = 0 } = facts;
      const { email = `${id}@example.org`, pictureKey = `pictures/${id}/a.png` } = facts;
      const now = new Date();
      const counts = { images: N(0), imageBytes: N(0) };
      const common = { id: S(id), ...counts, ...(credential && { credential: S(credential) }) };
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

    async markRemoved(accountId) {
      const common = { id: S(accountId), images: N(0), imageBytes: N(0), credential: S("hash") };
      const removed = { removedAt: N(Date.now()), feed: S("removed"), feedAt: S(accountId) };
      await put(`account#${accountId}`, "account", { ...common, ...removed });
    },

    async addSession({ id, accountId }) {
      const now = N(Date.now());
      const times = { createdAt: now, rotatedAt: now, idleEndsAt: now, endsAt: now };
      const facts = { id: S(id), accountId: S(accountId), credentialVersion: N(0), current: S("0") };
      const Item = { pk: S(`account#${accountId}`), sk: S(`session#${id}`), ...facts, ...times };
      await client.send(new PutItemCommand({ TableName: names.expiring, Item }));
    },

    async versions(accountId) {
      const of = (await items()).filter(({ pk }) => pk?.S === `account#${accountId}`);
      const numbers = (beginning: string) =>
        of
          .filter(({ sk }) => sk?.S?.startsWith(beginning))
          .map(({ id, credentialVersion }) => [id?.S ?? "", Number(credentialVersion?.N)] as const);
      return {
        account: numbers("account")[0]?.[1] ?? -1,
        sessions: Object.fromEntries(numbers("session#")),
      };
    },

    async addFactors({ accountId, totpId, lastStep, hashes }) {
      const now = Date.now();
      await put(`account#${accountId}`, "factors", {
        ...{ revision: S(randomUUID()), totpId: S(totpId), secret: S("sealed"), lastStep: N(lastStep) },
        ...{ enrolledAt: N(now), lastUsedAt: N(now), codes: { SS: [...hashes] } },
        ...{ seen: { BOOL: false }, events: S("[]") },
      });
    },

    async addIdentity({ accountId, issuer }) {
      const pk = `account#${accountId}`;
      const facts = { issuer: S(issuer), subject: S(randomUUID()), createdAt: N(Date.now()) };
      await put(pk, `identity#${randomUUID()}`, facts);
      await add({ pk: S(pk), sk: S("account") }, "identities :one", { ":one": N(1) });
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

    /** An account and the key of its address are one record, so are a project and its title, media and its content. */
    async count(text) {
      const found = (await items()).filter((item) => JSON.stringify(item).includes(text));
      return new Set(found.map(recordOf)).size;
    },
  };
}

const usageFields = ["projects", "notesBytes", "mediaFiles", "mediaBytes"] as const;

function recordOf({ pk, sk, accountId, projectId, mediaId }: Item): string {
  if (sk?.S === "email") return `account#${accountId?.S} account`;
  if (sk?.S?.startsWith("title#")) return `${pk?.S} project#${projectId?.S}`;
  if (sk?.S?.startsWith("sha256#")) return `${pk?.S} media#${mediaId?.S}`;
  return `${pk?.S} ${sk?.S}`;
}
