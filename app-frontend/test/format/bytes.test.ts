import { expect, it } from "@jest/globals";
import { formatBytes } from "../../src/format/bytes.ts";

it.each([
  [1, "1 kB"],
  [1024, "1 kB"],
  [1025, "2 kB"],
  [1023 * 1024, "1023 kB"],
  [1024 * 1024, "1.0 MB"],
  [10 * 1024 * 1024, "10.0 MB"],
])("formats %i bytes as %s", (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});
