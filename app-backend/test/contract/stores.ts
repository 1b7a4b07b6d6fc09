import { randomUUID } from "node:crypto";
import { afterAll, beforeAll } from "@jest/globals";
import type { Account } from "../../src/domain/account.ts";
import { openSession, type Session } from "../../src/domain/session.ts";
import type { Accounts } from "../../src/ports/accounts.ts";
import type { OneTimeCodes } from "../../src/ports/one-time-codes.ts";
import type { Images } from "../../src/ports/images.ts";
import type { Limits } from "../../src/ports/limits.ts";
import type { ObjectRecords } from "../../src/ports/object-records.ts";
import type { Sessions } from "../../src/ports/sessions.ts";

/** The stores of an adapter, and ways to read them without its ports. */
export interface Stores {
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly codes: OneTimeCodes;
  readonly limits: Limits;
  readonly images: Images;
  readonly records: ObjectRecords;
  /** Everything that is stored, as text, read by a raw query. */
  dump(): Promise<string>;
  close(): Promise<void>;
}

export type OpenStores = () => Promise<Stores>;

/** Opens the stores for the tests of one suite; its result may only be used inside of them. */
export function withStores(open: OpenStores): () => Stores {
  let stores: Stores | undefined;
  beforeAll(async () => {
    stores = await open();
  });
  afterAll(() => stores?.close());
  return () => {
    if (stores === undefined) throw new Error("the stores are not open yet");
    return stores;
  };
}

export const at = new Date("2026-01-01T00:00:00.123Z");
export const reference = () => randomUUID().replaceAll("-", "").repeat(2);

export function someAccount(facts: Partial<Account> = {}): Account {
  const id = randomUUID();
  return {
    id,
    email: `${id}@example.org`,
    passwordHash: "hash",
    credentialVersion: 0,
    pictureKey: `pictures/${id}/a.png`,
    username: null,
    firstName: null,
    lastName: null,
    confirmed: false,
    createdAt: at,
    ...facts,
  };
}

export async function addAccount({ accounts }: Stores, facts: Partial<Account> = {}): Promise<Account> {
  const account = someAccount(facts);
  await accounts.add(account);
  return account;
}

export function someSession(accountId: string): Session {
  const client = { address: "203.0.113.7", userAgent: "curl/8" };
  return openSession({ id: randomUUID(), accountId, credentialVersion: 0, current: reference(), at, client });
}

/** How a store addresses a session. */
export const holderOf = ({ id: sessionId, accountId }: Session) => ({ accountId, sessionId });
