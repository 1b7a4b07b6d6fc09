import { expect, it } from "@jest/globals";
import { paths } from "../../src/navigation/paths.ts";

it("every page has its own path", () => {
  const all = Object.values(paths).map((path) => path());
  expect(all).toEqual([
    "/",
    "/create",
    "/confirm",
    "/signin",
    "/forgot",
    "/reset",
    "/account",
    "/gallery",
    "/gallery/mine",
    "/projects",
    "/projects/bin",
  ]);
  expect(new Set(all).size).toBe(all.length);
});
