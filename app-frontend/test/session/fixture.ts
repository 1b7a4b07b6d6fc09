import { beforeEach } from "@jest/globals";
import type { Account, TokenResponse } from "../../src/api/account.ts";
import { ApiError } from "../../src/api/error.ts";
import { greetingMs } from "../../src/session/refresh-turns.ts";
import type { SessionMessage } from "../../src/session/messages.ts";
import { refreshKey } from "../../src/session/refresh-key.ts";
import { sessionHint } from "../../src/session/hint.ts";
import { type SessionApi, type SessionStore, sessionStore } from "../../src/session/store.ts";

export const account = { id: "a1", email: "name@example.com", imageUrl: "/picture?1" } as Account;
export const ended = () => new ApiError("session_ended", { status: 401 });
export const credentials = { email: account.email, password: "long enough" };

/** A server that numbers its tokens and takes only the last one. */
function server() {
  const calls: string[] = [];
  const keys: string[] = [];
  let issued = 0;
  const grant = (): TokenResponse => ({ accessToken: `t${++issued}`, expiresIn: 600, account });
  const api: SessionApi = {
    signIn: async () => (calls.push("signIn"), grant()),
    completeSignIn: async ({ code }) => (calls.push(`completeSignIn ${code}`), grant()),
    refresh: async (key) => (calls.push("refresh"), keys.push(key), grant()),
    signOut: async (_, everywhere) => void calls.push(everywhere ? "signOut everywhere" : "signOut"),
    removeAccount: async (_, password) => void calls.push(`removeAccount ${password}`),
    getAccount: async (token) => {
      calls.push(`getAccount ${token}`);
      if (token !== `t${issued}`) throw ended();
      return { ...account, imageUrl: "/picture?2" };
    },
  };
  return { api, calls, keys, revoke: () => void issued++ };
}

/** Time that passes only on command. */
function handClock() {
  let nowMs = 0;
  let share = 0;
  let timers: { atMs: number; task: () => void }[] = [];
  const next = () => {
    const due = timers.find(({ atMs }) => atMs <= nowMs);
    timers = timers.filter((timer) => timer !== due);
    return due;
  };
  return {
    now: () => nowMs,
    after(delayMs: number, task: () => void) {
      const timer = { atMs: nowMs + delayMs, task };
      timers.push(timer);
      return () => void (timers = timers.filter((other) => other !== timer));
    },
    someOf: (mostMs: number) => share * mostMs,
    /** Tabs whose shares differ do not do the same thing at the same moment. */
    setShare: (part: number) => void (share = part),
    async pass(ms: number) {
      nowMs += ms;
      for (let due = next(); due; due = next()) due.task();
      await new Promise(setImmediate);
    },
  };
}

export let stored: Map<string, string>;
export let sent: SessionMessage[];
export let clock: ReturnType<typeof handClock>;
export let fake: ReturnType<typeof server>;

const storage = () => ({
  getItem: (key: string) => stored.get(key) ?? null,
  setItem: (key: string, value: string) => void stored.set(key, value),
  removeItem: (key: string) => void stored.delete(key),
});

export function open() {
  const [hint, key] = [sessionHint(storage), refreshKey(storage)];
  return sessionStore(fake.api, clock, hint, key, (message) => void sent.push(message));
}

/** Starts while no other tab answers. */
export async function start(session: SessionStore) {
  const starting = session.start();
  await clock.pass(greetingMs);
  await starting;
}

export async function openSignedIn() {
  const session = open();
  await start(session);
  fake.calls.length = 0;
  sent.length = 0;
  return session;
}

beforeEach(() => {
  stored = new Map([["tintype-session", "1"]]);
  sent = [];
  clock = handClock();
  fake = server();
});
