import { mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { makeWhole, writeWhole } from "../../cli/atomic-file.ts";

const folder = () => mkdtempSync(join(tmpdir(), "tintype-whole-"));

test("what was interrupted does not have the name of what is whole, and is made again", async () => {
  const path = join(folder(), "releases/archive");
  const interrupted = makeWhole(path, async (aside) => {
    writeFileSync(aside, "hal");
    throw new Error("interrupted");
  });
  await expect(interrupted).rejects.toThrow("interrupted");
  expect(readdirSync(join(path, ".."))).toEqual([]);
  await makeWhole(path, async (aside) => writeFileSync(aside, "half and half"));
  expect(readFileSync(path, "utf8")).toBe("half and half");
});

test("what is there is kept", async () => {
  const path = join(folder(), "archive");
  for (const text of ["first", "second"]) await makeWhole(path, async (aside) => writeFileSync(aside, text));
  expect(readFileSync(path, "utf8")).toBe("first");
});

test("a folder gets its name when all of it is there", async () => {
  const parent = folder();
  const path = join(parent, "node");
  await makeWhole(path, async (aside) => {
    mkdirSync(aside);
    writeFileSync(join(aside, "node"), "");
    expect(readdirSync(parent)).not.toContain("node");
  });
  expect(readdirSync(parent)).toEqual(["node"]);
  expect(readdirSync(path)).toEqual(["node"]);
});

test("a file is written again for its owner alone, and nothing stays beside it", () => {
  const parent = folder();
  const path = join(parent, "place.json");
  for (const text of ["first", "second"]) writeWhole(path, text);
  expect(readFileSync(path, "utf8")).toBe("second");
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(parent)).toEqual(["place.json"]);
});
