import { describe, expect, it } from "@jest/globals";
import { account, clock, ended, fake, open, openSignedIn, start, sent } from "./fixture.ts";

describe("tabs that wake together", () => {
  const renewed = (accessToken: string, by = account) => ({
    renewed: { accessToken, expiresIn: 600, account: by },
  });

  it("send each other the token that one of them got", async () => {
    const session = await openSignedIn();
    await session.wake();
    expect(sent).toEqual(["renewing", renewed("t2")]);
  });

  it("use the token of another one, and leave the refresh to it", async () => {
    const session = await openSignedIn();
    const tokens: string[] = [];
    await session.receive(renewed("t9"));
    await session.withAccessToken(async (token) => void tokens.push(token));
    await clock.pass(549_999);
    expect(fake.calls).toEqual([]);
    await clock.pass(1);
    expect(fake.calls).toEqual(["refresh"]);
    expect(tokens).toEqual(["t9"]);
  });

  it("stay signed in when their refresh is refused because another was faster", async () => {
    const session = await openSignedIn();
    fake.api.refresh = async () => {
      await session.receive(renewed("t9"));
      throw ended();
    };
    await session.wake();
    expect(session.getState().status).toBe("signed-in");
    expect(await session.withAccessToken(async (token) => token)).toBe("t9");
  });

  it("are signed in by it while they start", async () => {
    const session = open();
    fake.api.refresh = async () => {
      await session.receive(renewed("t9"));
      throw ended();
    };
    await start(session);
    expect(session.getState()).toEqual({ status: "signed-in", account });
  });

  it("do not all refresh at that moment", async () => {
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
    await session.receive(renewed("t9"));
    await clock.pass(500);
    expect(fake.calls).toEqual([]);
  });

  it("wait for the one that refreshes, and use its token", async () => {
    const session = await openSignedIn();
    await session.receive("renewing");
    const waking = session.wake();
    await clock.pass(2_999);
    await session.receive(renewed("t9"));
    await waking;
    expect(fake.calls).toEqual([]);
    expect(await session.withAccessToken(async (token) => token)).toBe("t9");
  });

  it("do not wait forever", async () => {
    const session = await openSignedIn();
    await session.receive("renewing");
    const waking = session.wake();
    await clock.pass(3_000);
    await waking;
    expect(fake.calls).toEqual(["refresh"]);
  });

  it("do not refresh after waiting when another tab has signed out", async () => {
    const session = await openSignedIn();
    await session.receive("renewing");
    const waking = session.wake();
    await session.receive("signed-out");
    await clock.pass(3_000);
    await waking;
    expect(fake.calls).toEqual([]);
    expect(session.getState().status).toBe("signed-out");
  });

  it("do not take another account's, nor any once they are signed out", async () => {
    const session = await openSignedIn();
    await session.receive(renewed("t9", { ...account, id: "a2" }));
    expect(session.getState()).toEqual({ status: "signed-in", account });
    await session.signOut();
    await session.receive(renewed("t9"));
    expect(session.getState().status).toBe("signed-out");
  });
});
