import { describe, expect, test } from "@jest/globals";
import { inOverlap, isOver, openSession, viewSession } from "../../src/domain/session.ts";
import { after } from "../../src/domain/time.ts";

const start = new Date("2026-01-01T00:00:00Z");
const dayMs = 24 * 3600 * 1000;
const opened = openSession({
  id: "s",
  credentialVersion: 0,
  accountId: "a",
  current: "token",
  at: start,
  client: { address: undefined, userAgent: undefined },
  proofs: [],
});
const session = { ...opened, accountVersion: 0 };

describe("a session", () => {
  test("SESS-07 ends after 14 idle days", () => {
    expect(isOver(session, after(start, 14 * dayMs - 1))).toBe(false);
    expect(isOver(session, after(start, 14 * dayMs))).toBe(true);
  });

  test("SESS-07 ends after 90 days however busy", () => {
    const busy = { ...session, idleEndsAt: after(start, 100 * dayMs) };
    expect(isOver(busy, after(start, 90 * dayMs - 1))).toBe(false);
    expect(isOver(busy, after(start, 90 * dayMs))).toBe(true);
  });

  test("tolerates an old token for 10 seconds", () => {
    expect(inOverlap(session, after(start, 10_000))).toBe(true);
    expect(inOverlap(session, after(start, 10_001))).toBe(false);
  });

  test("keeps 255 characters of the User-Agent", () => {
    const client = { address: undefined, userAgent: "x".repeat(300) };
    const opened = openSession({
      id: "s",
      credentialVersion: 0,
      accountId: "a",
      current: "token",
      at: start,
      client,
      proofs: [],
    });
    expect(opened.userAgent).toBe("x".repeat(255));
  });

  test("USE-05 in use shows times that change at every tenth minute, whenever its token is rotated", () => {
    const minuteMs = 60_000;
    const shown = (rotatedMs: number, nowMs: number) => {
      const rotated = { ...session, createdAt: after(start, -dayMs), rotatedAt: after(start, rotatedMs) };
      return viewSession(rotated, "s", after(start, nowMs)).lastUsedAt;
    };
    for (let nowMs = 30 * minuteMs; nowMs < 60 * minuteMs; nowMs += 20_000) {
      const tenth = after(start, nowMs - (nowMs % (10 * minuteMs))).toISOString();
      // A page renews after 9 minutes: a rotation then and one just now must look the same.
      for (const ageMs of [0, 1_000, 5 * minuteMs, 9 * minuteMs + 5_000])
        expect(shown(nowMs - ageMs, nowMs)).toBe(tenth);
    }
    expect(shown(17 * minuteMs, 60 * minuteMs)).toBe(after(start, 10 * minuteMs).toISOString());
  });

  test("shows no use before it began, and when its token was last shown again", () => {
    const createdAt = after(start, 65_000);
    const begun = { ...session, createdAt, rotatedAt: createdAt, retriedAt: after(start, 66_000) };
    expect(viewSession(begun, "s", after(start, 70_000))).toMatchObject({
      lastUsedAt: createdAt.toISOString(),
      retriedAt: start.toISOString(),
    });
    expect(viewSession(session, "s", start).retriedAt).toBeNull();
  });
});
