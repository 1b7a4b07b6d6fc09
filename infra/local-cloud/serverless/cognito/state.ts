import { type KeyObject, generateKeyPairSync } from "node:crypto";
import type { Code, CodePurpose } from "./codes.ts";
import { type Attempts, noAttempts } from "./lockout.ts";
import type { HashedPassword } from "./passwords.ts";

/** A user. Names are email addresses; `sub` is the user name that Cognito makes of one. Times in milliseconds since 1970. */
export interface User {
  readonly sub: string;
  readonly email: string;
  /** Order of creation, by which lists are paged. */
  readonly number: number;
  readonly createdAt: number;
  modifiedAt: number;
  password: HashedPassword;
  confirmed: boolean;
  emailVerified: boolean;
  enabled: boolean;
  readonly codes: Map<CodePurpose, Code>;
  readonly attempts: Attempts;
  totp: Totp | undefined;
  /** Of an authenticator app that was not verified yet. */
  newSecret: string | undefined;
}

/** An authenticator app. A code is good once: steps up to `usedStep` are refused. */
export interface Totp {
  readonly secret: string;
  wanted: boolean;
  usedStep: number;
}

/** One sign-in and all tokens that came of it. Kept after its end, so that its tokens are known as revoked. */
export interface Family {
  readonly originJti: string;
  readonly clientId: string;
  readonly user: User;
  readonly openedAt: number;
  readonly endsAt: number;
  revoked: boolean;
  /** Refresh tokens, with the time until which each may be used. */
  readonly refreshTokens: Map<string, number>;
}

/** A sign-in that waits for its second factor. */
export interface Challenge {
  readonly user: User;
  readonly clientId: string;
  readonly admin: boolean;
  readonly endsAt: number;
}

export interface PoolState {
  readonly id: string;
  readonly key: { readonly id: string; readonly privateKey: KeyObject; readonly publicKey: KeyObject };
  /** By `sub`. */
  readonly users: Map<string, User>;
  readonly families: Map<string, Family>;
  readonly challenges: Map<string, Challenge>;
  /** Users ever made. */
  made: number;
}

/** An empty pool with an RSA key pair of its own, which is made when it is needed: that takes a while. */
export function newPoolState(id: string, random: (bytes: number) => Buffer): PoolState {
  let key: PoolState["key"] | undefined;
  return {
    id,
    get key() {
      key ??= { id: random(32).toString("base64"), ...generateKeyPairSync("rsa", { modulusLength: 2048 }) };
      return key;
    },
    users: new Map(),
    families: new Map(),
    challenges: new Map(),
    made: 0,
  };
}

export function newUser(
  state: PoolState,
  known: { sub: string; email: string; password: HashedPassword; now: number },
): User {
  const { now, ...rest } = known;
  const user: User = {
    ...rest,
    number: ++state.made,
    createdAt: now,
    modifiedAt: now,
    confirmed: false,
    emailVerified: false,
    enabled: true,
    codes: new Map(),
    attempts: noAttempts(),
    totp: undefined,
    newSecret: undefined,
  };
  state.users.set(user.sub, user);
  return user;
}

/** Ends all sign-ins of a user: none of their tokens is accepted again. */
export function revokeAll(state: PoolState, user: User): void {
  for (const family of state.families.values()) if (family.user === user) family.revoked = true;
  for (const [id, challenge] of state.challenges) if (challenge.user === user) state.challenges.delete(id);
}

export function removeUser(state: PoolState, user: User): void {
  revokeAll(state, user);
  state.users.delete(user.sub);
}
