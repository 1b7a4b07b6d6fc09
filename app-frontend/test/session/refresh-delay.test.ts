import { expect, it } from "@jest/globals";
import { refreshDelayMs } from "../../src/session/refresh-delay.ts";

it.each([
  ["a minute before the end", 600, 540_000],
  ["at half the life of a short token", 60, 30_000],
  ["never at once", 0, 5_000],
  ["never later than a timer can", 2 ** 31, 2 ** 31 - 1],
])("refreshes %s", (_, expiresIn, delayMs) => {
  expect(refreshDelayMs(expiresIn)).toBe(delayMs);
});
