import { expect, test } from "@jest/globals";
import { readFile } from "node:fs/promises";

class OwnError extends Error {}

test("an error of Node is an error in tests too, and of no class of ours", async () => {
  const error = await readFile("no such file").catch((thrown: unknown) => thrown);
  expect([error instanceof Error, error instanceof OwnError]).toEqual([true, false]);
  expect([new OwnError() instanceof OwnError, { message: "" } instanceof Error]).toEqual([true, false]);
});
