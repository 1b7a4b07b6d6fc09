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
