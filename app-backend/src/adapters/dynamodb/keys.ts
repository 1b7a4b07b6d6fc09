import { createHash } from "node:crypto";
import { emailKey } from "../../domain/email.ts";
import type { LimitRule } from "../../domain/limit.ts";
import type { TokenHolder } from "../../ports/tokens.ts";

/** The names of the tables; what is in which: docs/decisions/0030-two-tables.md. */
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

export const accountKey = (id: string): Key => ({ table: "records", pk: `account#${id}`, sk: "account" });

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
