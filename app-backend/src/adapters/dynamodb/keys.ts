import { createHash } from "node:crypto";
import { emailKey } from "../../domain/email.ts";
import type { LimitRule } from "../../domain/limit.ts";
import type { Owned } from "../../domain/owned.ts";
import type { TokenHolder } from "../../ports/tokens.ts";
import type { Item } from "./items.ts";

/** The names of the tables; what is in which: docs/decisions/0030-two-tables.md and 0041. */
export interface Tables {
  readonly records: string;
  readonly expiring: string;
}

/** Where an item is. */
export interface Key {
  readonly table: keyof Tables;
  readonly pk: string;
  readonly sk: string;
}

/** The partition of `records` with an account, its projects and its media. */
export const partitionOf = (accountId: string) => `account#${accountId}`;

const keyOf = (accountId: string, sk: string): Key => ({ table: "records", pk: partitionOf(accountId), sk });

export const accountKey = (id: string): Key => keyOf(id, "account");

export const projectKey = ({ accountId, id }: Owned) => keyOf(accountId, `project#${id}`);

/** How the sort keys of a project's versions begin. */
export const versionsOf = (projectId: string) => `project#${projectId}#version#`;

/** Numbers have the same length, so that text sorts as they do. */
export const versionKey = ({ accountId, id }: Owned, version: number) =>
  keyOf(accountId, versionsOf(id) + String(version).padStart(10, "0"));

/** The one item for each title that a project outside of the bin has. */
export const titleKey = (accountId: string, title: string) => keyOf(accountId, `title#${title}`);

export const mediaKey = ({ accountId, id }: Owned) => keyOf(accountId, `media#${id}`);

/** The one item for each content that stored media of an account has. */
export const contentKey = (accountId: string, sha256: string) => keyOf(accountId, `sha256#${sha256}`);

export const identityKey = ({ accountId, id }: Owned) => keyOf(accountId, `identity#${id}`);

/** The one item of issuer and subject, of which the hash is stored; a line break is in no issuer. */
export const subjectKey = (issuer: string, subject: string): Key => ({
  table: "records",
  pk: `subject#${sha256(`${issuer}\n${subject}`)}`,
  sk: "subject",
});

/** The one item of a credential of an authenticator. */
export const credentialKey = (credentialId: string): Key => ({
  table: "records",
  pk: `credential#${sha256(credentialId)}`,
  sk: "credential",
});

/** Whose project or media an item is: only its key says so. */
export function ownedOf({ pk, sk }: Item): Owned {
  const [, accountId = ""] = pk?.S?.split("#") ?? [];
  const [, id = ""] = sk?.S?.split("#") ?? [];
  return { accountId, id };
}

/** The one item with all second factors and passkeys of an account. */
export const factorsKey = (accountId: string) => keyOf(accountId, "factors");

/** The partition of a number, by its keyed hash, with an item for each account that has it. */
export const numberOf = (hash: string) => `number#${hash}`;

export const numberKey = (hash: string, slot: number): Key => ({
  table: "records",
  pk: numberOf(hash),
  sk: `slot#${slot}`,
});

export const addressKey = (email: string): Key => ({
  table: "records",
  pk: `email#${emailKey(email)}`,
  sk: "email",
});

export const imageKey = (id: string): Key => ({ table: "records", pk: `image#${id}`, sk: "image" });

/** The one item that lists the partitions of the index `feed`. */
export const feedsKey: Key = { table: "records", pk: "feeds", sk: "feeds" };

export const revocationKey = (subject: string): Key => ({
  table: "expiring",
  pk: `revoked#${subject}`,
  sk: "revoked",
});

/** The partition with the sessions of an account. */
export const sessionsOf = (accountId: string) => `account#${accountId}`;

export const sessionKey = ({ accountId, sessionId }: TokenHolder): Key => ({
  table: "expiring",
  pk: sessionsOf(accountId),
  sk: `session#${sessionId}`,
});

/** A sign-in that lacks its second step, beside the sessions of its account. */
export const challengeKey = ({ accountId, id }: Owned): Key => ({
  table: "expiring",
  pk: sessionsOf(accountId),
  sk: `challenge#${id}`,
});

// Addresses of people and of networks are stored as hashes.
export const limitKey = ({ name }: LimitRule, subject: string): Key => ({
  table: "expiring",
  pk: `limit#${name}#${sha256(subject)}`,
  sk: "limit",
});

export const networkKey = (account: string, network: string): Key => ({
  table: "expiring",
  pk: `network#${sha256(account)}`,
  sk: `network#${sha256(`${account} ${network}`)}`,
});

function sha256(subject: string): string {
  return createHash("sha256").update(subject).digest("hex");
}

/** When DynamoDB may remove an item, in seconds. It does so up to days later. */
export function expiryOf(at: Date): number {
  return Math.ceil(at.getTime() / 1000);
}
