import { expect, it } from "@jest/globals";
import { distance, longDate, timeAgo } from "../../src/format/dates.ts";

it.each([
  [1, "in 1 second"],
  [59, "in 59 seconds"],
  [60, "in 1 minute"],
  [61, "in 2 minutes"],
  [3_600, "in 1 hour"],
  [90_000, "in 2 days"],
  [-61, "1 minute ago"],
  [-7_199, "1 hour ago"],
])("calls %i seconds %s", (seconds, words) => {
  expect(distance(seconds)).toBe(words);
});

it.each([
  ["2026-03-10T11:59:30Z", "just now"],
  ["2026-03-10T12:05:00Z", "just now"],
  ["2026-03-10T11:30:00Z", "30 minutes ago"],
  ["2026-03-09T11:00:00Z", "1 day ago"],
  ["2026-03-03T11:00:00Z", "on 3 March 2026"],
])("says of %s on 10 March, noon: %s", (iso, words) => {
  expect(timeAgo(iso, Date.parse("2026-03-10T12:00:00Z"))).toBe(words);
});

it("writes a day in full", () => {
  expect(longDate("2026-03-03T12:00:00Z")).toBe("3 March 2026");
});
