import { describe, expect, it } from "@jest/globals";
import { ApiError } from "../../src/api/error.ts";
import { account, clock, credentials, ended, fake, open, openSignedIn, stored, sent } from "./fixture.ts";

describe("signing in and out", () => {
  it("is sent to the other tabs", async () => {
    const session = open();
    await session.signIn(credentials);
    await session.signOut();
    expect(fake.calls).toEqual(["signIn", "signOut"]);
    const signedIn = { accessToken: "t1", expiresIn: 600, account };
    expect(sent).toEqual([{ signedIn }, "signed-out"]);
    expect(session.getState()).toEqual({ status: "signed-out" });
  });

  it("SESS-19 leaves neither token nor timer", async () => {
    const session = await openSignedIn();
    await session.signOut();
    fake.calls.length = 0;
    await clock.pass(3_600_000);
    expect(fake.calls).toEqual([]);
    fake.api.refresh = () => Promise.reject(ended());
    await expect(session.withAccessToken(fake.api.getAccount)).rejects.toThrow(ApiError);
  });

  it("waits for calls in progress, which the end of the session would refuse", async () => {
    const session = await openSignedIn();
    let answer = () => {};
    const saved = session.withAccessToken(() => new Promise<void>((resolve) => (answer = resolve)));
    const leaving = session.signOut();
    await clock.pass(1_000);
    expect(fake.calls).toEqual([]);
    answer();
    await Promise.all([saved, leaving]);
    expect(fake.calls).toEqual(["signOut"]);
  });

  it("waits three seconds for them, and no longer", async () => {
    const session = await openSignedIn();
    void session.withAccessToken(() => new Promise(() => {}));
    const leaving = session.signOut();
    await clock.pass(0);
    await clock.pass(3_000);
    await leaving;
    expect(fake.calls).toEqual(["signOut"]);
  });

  it("stays signed in when the server cannot be reached", async () => {
    const session = await openSignedIn();
    fake.api.signOut = () => Promise.reject(new ApiError("unreachable"));
    await expect(session.signOut()).rejects.toThrow(ApiError);
    expect(session.getState().status).toBe("signed-in");
    expect(sent).toEqual([]);
  });

  it("reaches every device when asked to", async () => {
    const session = await openSignedIn();
    await session.signOut({ everywhere: true });
    expect(fake.calls).toEqual(["signOut everywhere"]);
    expect(session.getState()).toEqual({ status: "signed-out" });
  });

  it("succeeds when the session is already over", async () => {
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
    expect(sent).toEqual(["signed-out"]);
  });

  it("leaves everything when the password is wrong", async () => {
    const session = await openSignedIn();
    fake.api.removeAccount = () => Promise.reject(new ApiError("wrong_password", { status: 403 }));
    await expect(session.remove("wrong")).rejects.toThrow(ApiError);
    expect(session.getState().status).toBe("signed-in");
    expect(sent).toEqual([]);
  });
});

describe("the end of all sessions", () => {
  it("is followed without asking the server", async () => {
    const session = await openSignedIn();
    session.end(account.email);
    expect(session.getState()).toEqual({ status: "signed-out" });
    expect(fake.calls).toEqual([]);
    expect(sent).toEqual(["signed-out"]);
  });

  it("is known by the address, however it is typed", async () => {
    const session = await openSignedIn();
    session.end(` ${account.email.toUpperCase()} `);
    expect(session.getState()).toEqual({ status: "signed-out" });
  });

  it("does not concern an account with another address", async () => {
    const session = await openSignedIn();
    session.end("other@example.com");
    expect(session.getState()).toEqual({ status: "signed-in", account });
    expect(stored.size).toBe(1);
    expect(sent).toEqual([]);
  });

  it("does not concern a signed-out tab", async () => {
    const session = open();
    session.end(account.email);
    expect(sent).toEqual([]);
  });
});

describe("a changed account", () => {
  it("is shown, and sent to the other tabs", async () => {
    const session = await openSignedIn();
    await session.change(async () => ({ ...account, firstName: "Ada" }));
    expect(session.getState()).toMatchObject({ account: { firstName: "Ada" } });
    expect(sent).toEqual(["changed"]);
  });

  it("is loaded again when another tab has changed it", async () => {
    const session = await openSignedIn();
    await session.receive("changed");
    expect(fake.calls).toEqual(["getAccount t1"]);
    expect(session.getState()).toMatchObject({ account: { imageUrl: "/picture?2" } });
  });

  it("is not shown after signing out in the meantime", async () => {
    const session = await openSignedIn();
    const changing = session.change(async () => account);
    await session.receive("signed-out");
    await changing;
    expect(session.getState().status).toBe("signed-out");
  });
});

describe("a second factor", () => {
  const mfa = { token: "challenge", factors: ["totp" as const], expiresIn: 300 };

  it("keeps the session of before until its code was taken", async () => {
    const session = await openSignedIn();
    fake.api.signIn = async () => ({ mfa });
    expect(await session.signIn(credentials)).toEqual(mfa);
    expect(session.getState()).toEqual({ status: "signed-in", account });
    expect(sent).toEqual([]);
    await session.completeSignIn({ token: mfa.token, code: "012345" });
    expect(fake.calls).toEqual(["completeSignIn 012345"]);
    expect(sent).toMatchObject([{ signedIn: { account } }]);
  });

  it("sends a refused code once: the token of the session is not what was refused", async () => {
    const session = await openSignedIn();
    let tries = 0;
    const refused = () => {
      tries += 1;
      return Promise.reject(new ApiError("wrong_code", { status: 401 }));
    };
    await expect(session.withAccessToken(refused)).rejects.toMatchObject({ code: "wrong_code" });
    expect(tries).toBe(1);
    expect(fake.calls).toEqual([]);
    expect(session.getState().status).toBe("signed-in");
  });
});
