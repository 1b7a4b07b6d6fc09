import { describe, expect, test } from "@jest/globals";
import { after, inRetryGrace, isOver, openSession } from "../../src/domain/session.ts";

const start = new Date("2026-01-01T00:00:00Z");
const dayMs = 24 * 3600 * 1000;
const session = openSession({
  id: "s",
  accountId: "a",
  current: "token",
  at: start,
  client: { address: undefined, userAgent: undefined },
});

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

  test("forgives an old token for 10 seconds", () => {
    expect(inRetryGrace(session, after(start, 10_000))).toBe(true);
    expect(inRetryGrace(session, after(start, 10_001))).toBe(false);
  });
});
