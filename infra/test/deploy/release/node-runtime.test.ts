import { expect, test } from "@jest/globals";
import { runsOfficialBuild } from "../../../deploy/release/node-runtime.ts";
import { scratchDeployment } from "../scratch-deployment.ts";

const blue = scratchDeployment();
const said = (stdout: string, code = 0, stderr = "") => ({ code, stdout, stderr });

test.each([
  ["2.26", false],
  ["2.28", true],
  ["2.34", true],
  ["2.4", false],
  ["3.0", true],
])("a host with glibc %s runs official builds of Node: %j", (version, official) => {
  expect(runsOfficialBuild(blue, said(`glibc ${version}\n`))).toBe(official);
});

test.each([255, -1])(
  "a host that was not reached (%i) has no C library to choose by, and the deploy says so",
  (code) => {
    const ask = () => runsOfficialBuild(blue, said("", code, "Connection timed out"));
    expect(ask).toThrow(/backend host could not be reached.*Connection timed out.*make deploy NAME=blue/s);
  },
);

test.each([said(""), said("musl\n"), said("", 127, "getconf: command not found")])(
  "nor has one that does not say a version: %j",
  (result) => {
    expect(() => runsOfficialBuild(blue, result)).toThrow(
      /does not say which C library.*make ssh NAME=blue/s,
    );
  },
);
