import { describe, expect, it } from "@jest/globals";
import { ApiError } from "../../src/api/error.ts";
import { account, clock, ended, fake, open, openSignedIn, start, stored } from "./fixture.ts";

describe("refreshing", () => {
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

  it("USE-05 is tried again with the same key if the reply was lost; the next refresh has another key", async () => {
    await openSignedIn();
    const { refresh } = fake.api;
    fake.api.refresh = async (key) => {
      await refresh(key);
      throw new ApiError("timeout");
    };
    await clock.pass(540_000);
    await clock.pass(15_000);
    fake.api.refresh = refresh;
    await clock.pass(15_000);
    await clock.pass(540_000);
    const [first, lost, again, repeated, next] = fake.keys;
    expect(first).toMatch(/^[0-9a-f]{32}$/);
    expect(lost).not.toBe(first);
    expect([again, repeated]).toEqual([lost, lost]);
    expect(next).not.toBe(lost);
    expect(fake.keys).toHaveLength(5);
  });

  it("USE-05 has the same key after a reload in the middle, and keeps none afterwards", async () => {
    await openSignedIn();
    const { refresh } = fake.api;
    fake.api.refresh = (key) => (void refresh(key), new Promise(() => {}));
    await clock.pass(540_000);
    fake.api.refresh = refresh;
    await start(open());
    expect(fake.keys).toHaveLength(3);
    expect(fake.keys[2]).toBe(fake.keys[1]);
    expect([...stored.keys()]).toEqual(["tintype-session"]);
  });

  it("USE-05 has the key of another tab's lost refresh, though it remembers one from before", async () => {
    const [session, other] = [await openSignedIn(), await openSignedIn()];
    const { refresh } = fake.api;
    const lost = async (key: string) => {
      await refresh(key);
      throw new ApiError("timeout");
    };
    const renew = async (tab: typeof session, reply: typeof refresh) => {
      fake.api.refresh = reply;
      fake.revoke();
      await tab.reload().catch(() => {});
    };
    await renew(session, lost);
    await renew(other, refresh); // finishes the same renewal
    await renew(other, lost);
    await renew(session, refresh);
    const [first, same, next, repeated] = fake.keys.slice(2);
    expect(same).toBe(first);
    expect(next).not.toBe(first);
    expect(repeated).toBe(next);
  });

  it("USE-05 waits for the cookie of another tab that was faster, and stays signed in", async () => {
    const session = await openSignedIn();
    const { refresh } = fake.api;
    let overtaken = 2;
    fake.api.refresh = async (key) => {
      if (overtaken-- > 0) throw new ApiError("refresh_overtaken", { status: 409 });
      return refresh(key);
    };
    await clock.pass(540_000);
    expect(fake.calls).toEqual([]);
    await clock.pass(1_000);
    await clock.pass(1_000);
    expect(fake.calls).toEqual(["refresh"]);
    expect(session.getState().status).toBe("signed-in");
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

  it("shares one refresh with every other call", async () => {
    const session = await openSignedIn();
    fake.revoke();
    await Promise.all([session.reload(), session.reload(), session.reload()]);
    expect(fake.calls.filter((call) => call === "refresh")).toHaveLength(1);
  });

  it("is not made a third time", async () => {
    const session = await openSignedIn();
    let calls = 0;
    await expect(session.withAccessToken(() => (calls++, Promise.reject(ended())))).rejects.toThrow(ApiError);
    expect(calls).toBe(2);
  });

  it("refreshes first when the machine slept past the timer", async () => {
    const session = await openSignedIn();
    clock.now = () => 900_000;
    await session.reload();
    expect(fake.calls).toEqual(["refresh", "getAccount t2"]);
  });

  it("SESS-16 is not made with the token of another account, which the cookie is of by now", async () => {
    const session = await openSignedIn();
    const other = { ...account, id: "a2" };
    const tokens: string[] = [];
    fake.api.refresh = async () => ({ accessToken: "t9", expiresIn: 600, account: other });
    const call = session.withAccessToken(async (token) => (tokens.push(token), Promise.reject(ended())));
    await expect(call).rejects.toMatchObject({ code: "another_account" });
    expect(tokens).toEqual(["t1"]);
    expect(session.getState()).toEqual({ status: "signed-in", account: other });
  });
});
