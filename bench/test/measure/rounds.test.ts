import { expect, test } from "@jest/globals";
import { rounds } from "../../src/measure/rounds.ts";

test("slices take turns, and each round begins with another", async () => {
  const order: string[] = [];
  const slice = (name: string) => async () => order.push(name);
  const measured = await rounds({ a: slice("a"), b: slice("b"), c: slice("c") }, 4);
  expect(order.join("")).toBe("abc" + "bca" + "cab" + "abc");
  expect(measured).toEqual({ a: [1, 6, 8, 10], b: [2, 4, 9, 11], c: [3, 5, 7, 12] });
});
