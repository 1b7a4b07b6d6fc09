import { expect, test } from "@jest/globals";
import { noteForDestroy, takeDestroyNotes } from "../../../deploy/record/destroy-notes.ts";
import { scratchDeployment } from "../scratch-deployment.ts";

test("SLS-72 what a destroy has to say is kept while it is stopped, and said once", () => {
  const blue = scratchDeployment();
  expect(takeDestroyNotes(blue)).toEqual([]);
  const lines = ["These DNS records lead nowhere now; remove them: tintype.example.org"];
  noteForDestroy(blue, lines);
  expect(takeDestroyNotes(blue)).toEqual(lines);
  expect(takeDestroyNotes(blue)).toEqual([]);
});
