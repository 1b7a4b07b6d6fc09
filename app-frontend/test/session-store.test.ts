import { beforeEach, describe, expect, it } from "@jest/globals";
import type { Account, Grant } from "../src/api.ts";
import { ApiError } from "../src/api-error.ts";
import { greetingMs } from "../src/other-tabs.ts";
import type { SessionNews } from "../src/session-news.ts";
import { sessionMark } from "../src/session-mark.ts";
import { type SessionApi, type SessionStore, sessionStore } from "../src/session-store.ts";

const account = { id: "a1", email: "name@example.com", imageUrl: "/picture?1" } as Account;
const ended = () => new ApiError("session_ended", { status: 401 });
const credentials = { email: account.email, password: "long enough" };

/** A server that numbers its tokens and takes only the last one. */
function server() {
  const calls: string[] = [];
  let issued = 0;
  const grant = (): Grant => ({ accessToken: `t${++issued}`, expiresIn: 600, account });
  const api: SessionApi = {
    signIn: async () => (calls.push("signIn"), grant()),
    refresh: async () => (calls.push("refresh"), grant()),
    signOut: async (_, everywhere) => void calls.push(everywhere ? "signOut everywhere" : "signOut"),
    removeAccount: async (_, password) => void calls.push(`removeAccount ${password}`),
    getAccount: async (token) => {
      calls.push(`getAccount ${token}`);
      if (token !== `t${issued}`) throw ended();
      return { ...account, imageUrl: "/picture?2" };
    },
  };
  return { api, calls, revoke: () => void issued++ };
}

/** Time that passes only when told to. */
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

let stored: Map<string, string>;
let told: SessionNews[];
let clock: ReturnType<typeof handClock>;
let fake: ReturnType<typeof server>;

const mark = sessionMark(() => ({
  getItem: (key) => stored.get(key) ?? null,
  setItem: (key, value) => void stored.set(key, value),
  removeItem: (key) => void stored.delete(key),
}));

function open() {
  return sessionStore(fake.api, clock, mark, (news) => void told.push(news));
}

/** Starts while no other tab answers. */
async function start(session: SessionStore) {
  const starting = session.start();
  await clock.pass(greetingMs);
  await starting;
}

async function openSignedIn() {
  const session = open();
  await start(session);
  fake.calls.length = 0;
  told.length = 0;
  return session;
}

beforeEach(() => {
  stored = new Map([["tintype-session", "1"]]);
  told = [];
  clock = handClock();
  fake = server();
});

describe("starting", () => {
  it("is signed in when the cookie is good", async () => {
    const session = open();
    expect(session.getState()).toEqual({ status: "starting" });
    await start(session);
    expect(session.getState()).toEqual({ status: "signed-in", account });
  });

  it("is signed out, without reproach, when there is no cookie", async () => {
    fake.api.refresh = () => Promise.reject(ended());
    const session = open();
    await start(session);
    expect(session.getState()).toEqual({ status: "signed-out" });
  });

  it("asks nothing where this browser has no session", async () => {
    stored.clear();
    const session = open();
    await session.start();
    expect(session.getState()).toEqual({ status: "signed-out" });
    expect([fake.calls, told]).toEqual([[], []]);
  });

  it("asks the next time from the sign-in on, until the session is over", async () => {
    stored.clear();
    const session = open();
    await session.start();
    await session.signIn(credentials);
    await start(open());
    expect(fake.calls).toEqual(["signIn", "refresh"]);
    await session.signOut();
    expect(stored.size).toBe(0);
    await session.signIn(credentials);
    fake.api.refresh = () => Promise.reject(ended());
    await clock.pass(540_000);
    expect(stored.size).toBe(0);
  });

  it("asks where the browser keeps nothing", () => {
    const mark = sessionMark(() => {
      throw new Error("The operation is insecure.");
    });
    mark.set();
    expect(mark.isSet()).toBe(true);
  });

  it("does not take a server that is away for being signed out", async () => {
    const error = new ApiError("unreachable");
    fake.api.refresh = () => Promise.reject(error);
    const session = open();
    await start(session);
    expect(session.getState()).toEqual({ status: "unreachable", error });
  });
});

describe("renewing", () => {
  it("happens a minute before the token expires, again and again", async () => {
    await openSignedIn();
    await clock.pass(539_999);
    expect(fake.calls).toEqual([]);
    await clock.pass(1);
    await clock.pass(540_000);
    expect(fake.calls).toEqual(["refresh", "refresh"]);
  });

  it("keeps the picture's URL, so that it does not load again", async () => {
    const session = await openSignedIn();
    const before = session.getState();
    await clock.pass(540_000);
    expect(session.getState()).toBe(before);
  });

  it("is tried again when the server was away", async () => {
    const session = await openSignedIn();
    const { refresh } = fake.api;
    fake.api.refresh = () => Promise.reject(new ApiError("unreachable"));
    await clock.pass(540_000);
    expect(session.getState().status).toBe("signed-in");
    fake.api.refresh = refresh;
    await clock.pass(15_000);
    expect(fake.calls).toEqual(["refresh"]);
  });

  it("ends the session when the server says so", async () => {
    const session = await openSignedIn();
    fake.api.refresh = () => Promise.reject(ended());
    await clock.pass(540_000);
    expect(session.getState()).toEqual({ status: "signed-out", because: "ended" });
  });
});

describe("a call with a token", () => {
  it("is made once more, with a new token, after a 401", async () => {
    const session = await openSignedIn();
    fake.revoke();
    await session.reload();
    expect(fake.calls).toEqual(["getAccount t1", "refresh", "getAccount t3"]);
    expect(session.getState()).toMatchObject({ account: { imageUrl: "/picture?2" } });
  });

  it("shares one renewal with every other call", async () => {
    const session = await openSignedIn();
    fake.revoke();
    await Promise.all([session.reload(), session.reload(), session.reload()]);
    expect(fake.calls.filter((call) => call === "refresh")).toHaveLength(1);
  });

  it("is not made a third time", async () => {
    const session = await openSignedIn();
    let calls = 0;
    await expect(session.authorized(() => (calls++, Promise.reject(ended())))).rejects.toThrow(ApiError);
    expect(calls).toBe(2);
  });

  it("renews first when the machine slept through the timer", async () => {
    const session = await openSignedIn();
    clock.now = () => 900_000;
    await session.reload();
    expect(fake.calls).toEqual(["refresh", "getAccount t2"]);
  });
});

describe("signing in and out", () => {
  it("is told to the other tabs", async () => {
    const session = open();
    await session.signIn(credentials);
    await session.signOut();
    expect(fake.calls).toEqual(["signIn", "signOut"]);
    expect(told).toEqual(["signed-in", "signed-out"]);
    expect(session.getState()).toEqual({ status: "signed-out" });
  });

  it("leaves neither token nor timer", async () => {
    const session = await openSignedIn();
    await session.signOut();
    fake.calls.length = 0;
    await clock.pass(3_600_000);
    expect(fake.calls).toEqual([]);
    fake.api.refresh = () => Promise.reject(ended());
    await expect(session.authorized(fake.api.getAccount)).rejects.toThrow(ApiError);
  });

  it("stays signed in when the server cannot be told", async () => {
    const session = await openSignedIn();
    fake.api.signOut = () => Promise.reject(new ApiError("unreachable"));
    await expect(session.signOut()).rejects.toThrow(ApiError);
    expect(session.getState().status).toBe("signed-in");
    expect(told).toEqual([]);
  });

  it("reaches every device when asked to", async () => {
    const session = await openSignedIn();
    await session.signOut({ everywhere: true });
    expect(fake.calls).toEqual(["signOut everywhere"]);
    expect(session.getState()).toEqual({ status: "signed-out" });
  });

  it("counts as done when the session is over already", async () => {
    const session = await openSignedIn();
    fake.api.signOut = () => Promise.reject(ended());
    fake.api.refresh = () => Promise.reject(ended());
    await session.signOut();
    expect(session.getState()).toEqual({ status: "signed-out" });
  });
});

describe("removing the account", () => {
  it("signs out here and in the other tabs, and says why", async () => {
    const session = await openSignedIn();
    await session.remove("long enough");
    expect(fake.calls).toEqual(["removeAccount long enough"]);
    expect(session.getState()).toEqual({ status: "signed-out", because: "removed" });
    expect(told).toEqual(["signed-out"]);
  });

  it("leaves everything when the password is wrong", async () => {
    const session = await openSignedIn();
    fake.api.removeAccount = () => Promise.reject(new ApiError("wrong_password", { status: 403 }));
    await expect(session.remove("wrong")).rejects.toThrow(ApiError);
    expect(session.getState().status).toBe("signed-in");
    expect(told).toEqual([]);
  });
});

describe("the end of all sessions", () => {
  it("is followed without asking the server", async () => {
    const session = await openSignedIn();
    session.end();
    expect(session.getState()).toEqual({ status: "signed-out" });
    expect(fake.calls).toEqual([]);
    expect(told).toEqual(["signed-out"]);
  });

  it("means nothing to who is signed out", async () => {
    const session = open();
    session.end();
    expect(told).toEqual([]);
  });
});

describe("a changed account", () => {
  it("is shown, and told to the other tabs", async () => {
    const session = await openSignedIn();
    await session.change(async () => ({ ...account, firstName: "Ada" }));
    expect(session.getState()).toMatchObject({ account: { firstName: "Ada" } });
    expect(told).toEqual(["changed"]);
  });

  it("is asked for when another tab has changed it", async () => {
    const session = await openSignedIn();
    await session.hear("changed");
    expect(fake.calls).toEqual(["getAccount t1"]);
    expect(session.getState()).toMatchObject({ account: { imageUrl: "/picture?2" } });
  });

  it("is not shown when somebody signed out meanwhile", async () => {
    const session = await openSignedIn();
    const changing = session.change(async () => account);
    await session.hear("signed-out");
    await changing;
    expect(session.getState().status).toBe("signed-out");
  });
});

describe("tabs that wake together", () => {
  const renewed = (accessToken: string, by = account) => ({
    renewed: { accessToken, expiresIn: 600, account: by },
  });

  it("tell each other the token that one of them got", async () => {
    const session = await openSignedIn();
    await session.wake();
    expect(told).toEqual(["renewing", renewed("t2")]);
  });

  it("take the token of another one, and leave it to that one to renew", async () => {
    const session = await openSignedIn();
    const tokens: string[] = [];
    await session.hear(renewed("t9"));
    await session.authorized(async (token) => void tokens.push(token));
    await clock.pass(549_999);
    expect(fake.calls).toEqual([]);
    await clock.pass(1);
    expect(fake.calls).toEqual(["refresh"]);
    expect(tokens).toEqual(["t9"]);
  });

  it("stay signed in when their own renewal is refused because another was faster", async () => {
    const session = await openSignedIn();
    fake.api.refresh = async () => {
      await session.hear(renewed("t9"));
      throw ended();
    };
    await session.wake();
    expect(session.getState().status).toBe("signed-in");
    expect(await session.authorized(async (token) => token)).toBe("t9");
  });

  it("are signed in by it while they start", async () => {
    const session = open();
    fake.api.refresh = async () => {
      await session.hear(renewed("t9"));
      throw ended();
    };
    await start(session);
    expect(session.getState()).toEqual({ status: "signed-in", account });
  });

  it("do not all renew at that moment", async () => {
    await openSignedIn();
    clock.setShare(0.5);
    await clock.pass(600_000);
    await clock.pass(499);
    expect(fake.calls).toEqual([]);
    await clock.pass(1);
    expect(fake.calls).toEqual(["refresh"]);
  });

  it("leave it to the first", async () => {
    const session = await openSignedIn();
    clock.setShare(0.5);
    await clock.pass(600_000);
    await session.hear(renewed("t9"));
    await clock.pass(500);
    expect(fake.calls).toEqual([]);
  });

  it("wait for the one that renews, and take its token", async () => {
    const session = await openSignedIn();
    await session.hear("renewing");
    const waking = session.wake();
    await clock.pass(2_999);
    await session.hear(renewed("t9"));
    await waking;
    expect(fake.calls).toEqual([]);
    expect(await session.authorized(async (token) => token)).toBe("t9");
  });

  it("do not wait for ever", async () => {
    const session = await openSignedIn();
    await session.hear("renewing");
    const waking = session.wake();
    await clock.pass(3_000);
    await waking;
    expect(fake.calls).toEqual(["refresh"]);
  });

  it("do not renew after waiting when somebody signed out meanwhile", async () => {
    const session = await openSignedIn();
    await session.hear("renewing");
    const waking = session.wake();
    await session.hear("signed-out");
    await clock.pass(3_000);
    await waking;
    expect(fake.calls).toEqual([]);
    expect(session.getState().status).toBe("signed-out");
  });

  it("do not take another account's, nor any once they are signed out", async () => {
    const session = await openSignedIn();
    await session.hear(renewed("t9", { ...account, id: "a2" }));
    expect(session.getState()).toEqual({ status: "signed-in", account });
    await session.signOut();
    await session.hear(renewed("t9"));
    expect(session.getState().status).toBe("signed-out");
  });
});

describe("a tab that opens beside others", () => {
  const grant = { accessToken: "t9", expiresIn: 300, account };

  it("asks for their token, and needs no renewal", async () => {
    const session = open();
    const starting = session.start();
    expect(told).toEqual(["opened"]);
    await session.hear({ renewed: grant });
    await starting;
    expect(fake.calls).toEqual([]);
    expect(session.getState()).toEqual({ status: "signed-in", account });
  });

  it("waits while one of them renews", async () => {
    const session = open();
    const starting = session.start();
    await session.hear("renewing");
    await clock.pass(2_000);
    await session.hear({ renewed: grant });
    await starting;
    expect(fake.calls).toEqual([]);
  });

  it("is told the token, and how long it is good for", async () => {
    const session = await openSignedIn();
    await clock.pass(100_000);
    await session.hear("opened");
    expect(told).toEqual([{ renewed: { accessToken: "t1", expiresIn: 500, account } }]);
  });

  it("is told of a renewal under way", async () => {
    const session = await openSignedIn();
    fake.api.refresh = () => new Promise(() => {});
    void session.wake();
    await clock.pass(0);
    told.length = 0;
    await session.hear("opened");
    expect(told).toEqual(["renewing"]);
  });

  it("is not told a token that is about to end", async () => {
    const session = await openSignedIn();
    clock.now = () => 590_000;
    await session.hear("opened");
    expect(told).toEqual([]);
  });

  it("is told nothing by who is signed out", async () => {
    const session = open();
    await session.hear("opened");
    expect(told).toEqual([]);
  });
});

describe("news from another tab", () => {
  it("of signing out is followed without asking the server", async () => {
    const session = await openSignedIn();
    await session.hear("signed-out");
    expect(session.getState()).toEqual({ status: "signed-out", because: "elsewhere" });
    expect(fake.calls).toEqual([]);
  });

  it("of signing out outweighs a renewal under way", async () => {
    const session = await openSignedIn();
    const waking = session.wake();
    await session.hear("signed-out");
    await waking;
    expect(session.getState().status).toBe("signed-out");
  });

  it("of signing in brings that account", async () => {
    const session = await openSignedIn();
    const other = { ...account, id: "a2" };
    fake.api.refresh = async () => ({ accessToken: "t9", expiresIn: 600, account: other });
    await session.hear("signed-in");
    expect(session.getState()).toEqual({ status: "signed-in", account: other });
  });
});
