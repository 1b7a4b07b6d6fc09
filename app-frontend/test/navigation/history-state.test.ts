import { expect, it } from "@jest/globals";
import { parseHistoryState } from "../../src/navigation/history-state.ts";

it("parses what a page passed on", () => {
  const state = { email: "name@example.com", notice: "reset" };
  expect(parseHistoryState(state)).toEqual(state);
  expect(parseHistoryState({ email: "name@example.com" })).toEqual({ email: "name@example.com" });
});

it.each([null, undefined, "text", 7, {}, { email: 7, notice: "toString" }, { notice: ["reset"] }])(
  "reads nothing from %p",
  (state) => {
    expect(parseHistoryState(state)).toEqual({});
  },
);

it.each([
  ["/projects/abc-1", true],
  ["/projects/bin", false],
  ["/account", false],
  ["//evil.example/projects/a", false],
  ["https://evil.example/projects/a", false],
  [7, false],
])("returns to %p after signing in, if it is a project's: %p", (returnTo, is) => {
  expect(parseHistoryState({ returnTo })).toEqual(is ? { returnTo } : {});
});
