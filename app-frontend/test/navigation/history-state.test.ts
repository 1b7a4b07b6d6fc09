import { expect, it } from "@jest/globals";
import { visitOf } from "../../src/navigation/history-state.ts";

it("reads what a page handed on", () => {
  const visit = { email: "name@example.com", notice: "reset" };
  expect(visitOf(visit)).toEqual(visit);
  expect(visitOf({ email: "name@example.com" })).toEqual({ email: "name@example.com" });
});

it.each([null, undefined, "text", 7, {}, { email: 7, notice: "toString" }, { notice: ["reset"] }])(
  "reads nothing from %p",
  (state) => {
    expect(visitOf(state)).toEqual({});
  },
);
