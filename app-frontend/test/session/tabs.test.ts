import { describe, expect, it } from "@jest/globals";
import type { TokenResponse } from "../../src/api/account.ts";
import { account, clock, fake, open, openSignedIn, start, sent } from "./fixture.ts";

describe("a tab that opens beside others", () => {
  const grant = { accessToken: "t9", expiresIn: 300, account };

  it("asks for their token, and needs no refresh", async () => {
    const session = open();
    const starting = session.start();
    expect(sent).toEqual(["opened"]);
    await session.receive({ renewed: grant });
    await starting;
    expect(fake.calls).toEqual([]);
    expect(session.getState()).toEqual({ status: "signed-in", account });
  });

  it("waits while one of them refreshes", async () => {
    const session = open();
    const starting = session.start();
    await session.receive("renewing");
    await clock.pass(2_000);
    await session.receive({ renewed: grant });
    await starting;
    expect(fake.calls).toEqual([]);
  });

  it("receives the token, and how long it is valid", async () => {
    const session = await openSignedIn();
    await clock.pass(100_000);
    await session.receive("opened");
    expect(sent).toEqual([{ renewed: { accessToken: "t1", expiresIn: 500, account } }]);
  });

  it("receives that a refresh is in progress", async () => {
    const session = await openSignedIn();
    fake.api.refresh = () => new Promise(() => {});
    void session.wake();
    await clock.pass(0);
    sent.length = 0;
    await session.receive("opened");
    expect(sent).toEqual(["renewing"]);
  });

  it("receives that a starting tab is refreshing", async () => {
    const session = open();
    fake.api.refresh = () => new Promise(() => {});
    void start(session);
    await clock.pass(0);
    sent.length = 0;
    await session.receive("opened");
    expect(sent).toEqual(["renewing"]);
  });

  it("does not receive a token that is about to expire", async () => {
    const session = await openSignedIn();
    clock.now = () => 590_000;
    await session.receive("opened");
    expect(sent).toEqual([]);
  });

  it("receives nothing from a signed-out tab", async () => {
    const session = open();
    await session.receive("opened");
    expect(sent).toEqual([]);
  });
});

describe("a message from another tab", () => {
  const other = { ...account, id: "a2" };

  it("of signing out is followed without asking the server", async () => {
    const session = await openSignedIn();
    await session.receive("signed-out");
    expect(session.getState()).toEqual({ status: "signed-out", because: "elsewhere" });
    expect(fake.calls).toEqual([]);
  });

  it("of signing out overrides a refresh in progress", async () => {
    const session = await openSignedIn();
    const waking = session.wake();
    await session.receive("signed-out");
    await waking;
    expect(session.getState().status).toBe("signed-out");
  });

  it("of signing in shows that account without a refresh", async () => {
    const session = await openSignedIn();
    await session.receive({ signedIn: { accessToken: "t9", expiresIn: 600, account: other } });
    expect(session.getState()).toEqual({ status: "signed-in", account: other });
    expect(await session.withAccessToken(async (token) => token)).toBe("t9");
    expect(fake.calls).toEqual([]);
  });

  it("of signing in overrides a refresh in progress", async () => {
    const session = await openSignedIn();
    let answer = (_grant: TokenResponse) => {};
    fake.api.refresh = () => new Promise((resolve) => (answer = resolve));
    const waking = session.wake();
    await clock.pass(0);
    await session.receive({ signedIn: { accessToken: "t9", expiresIn: 600, account: other } });
    answer({ accessToken: "t8", expiresIn: 600, account });
    await waking;
    expect(session.getState()).toEqual({ status: "signed-in", account: other });
    expect(await session.withAccessToken(async (token) => token)).toBe("t9");
  });
});
