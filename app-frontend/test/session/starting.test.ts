import { describe, expect, it } from "@jest/globals";
import { ApiError } from "../../src/api/error.ts";
import { sessionHint } from "../../src/session/hint.ts";
import { account, clock, credentials, ended, fake, open, start, stored, sent } from "./fixture.ts";

describe("starting", () => {
  it("is signed in when the cookie is good", async () => {
    const session = open();
    expect(session.getState()).toEqual({ status: "starting" });
    await start(session);
    expect(session.getState()).toEqual({ status: "signed-in", account });
  });

  it("is signed out, without an error, when there is no cookie", async () => {
    fake.api.refresh = () => Promise.reject(ended());
    const session = open();
    await start(session);
    expect(session.getState()).toEqual({ status: "signed-out" });
  });

  it("sends no request when this browser has no session", async () => {
    stored.clear();
    const session = open();
    await session.start();
    expect(session.getState()).toEqual({ status: "signed-out" });
    expect([fake.calls, sent]).toEqual([[], []]);
  });

  it("SESS-20 asks the next time from the sign-in on, until the session is over", async () => {
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

  it("sends a request when the browser has no storage", () => {
    const hint = sessionHint(() => {
      throw new Error("The operation is insecure.");
    });
    hint.set();
    expect(hint.isSet()).toBe(true);
  });

  it("does not sign out when the server is down", async () => {
    const error = new ApiError("unreachable");
    fake.api.refresh = () => Promise.reject(error);
    const session = open();
    await start(session);
    expect(session.getState()).toEqual({ status: "unreachable", error });
  });
});
