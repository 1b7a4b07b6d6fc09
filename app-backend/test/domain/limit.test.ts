import { expect, test } from "@jest/globals";
import { limits } from "../../src/domain/limit.ts";

test("every limit has its own name, by which it is counted", () => {
  const names = Object.values(limits).map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});
