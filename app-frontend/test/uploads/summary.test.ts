import { expect, it } from "@jest/globals";
import type { Upload } from "../../src/uploads/queue.ts";
import { uploadSummary } from "../../src/uploads/summary.ts";

const uploads = (...all: Upload["status"][]) => all.map((status) => ({ status }) as Upload);

it.each([
  [0, uploads(), ""],
  [1, uploads(), "1 picture added."],
  [0, uploads("sending"), "Adding pictures: 0 of 1 done."],
  [2, uploads("sending", "waiting"), "Adding pictures: 2 of 4 done."],
  [2, uploads("sending", "failed"), "Adding pictures: 2 of 4 done. 1 picture could not be added."],
  [3, uploads("failed", "failed"), "3 pictures added. 2 pictures could not be added."],
  [0, uploads("failed"), "1 picture could not be added."],
])("after %i pictures, with %j left, says so", (added, left, text) => {
  expect(uploadSummary({ added, uploads: left })).toBe(text);
});
