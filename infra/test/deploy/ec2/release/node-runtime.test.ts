import { expect, test } from "@jest/globals";
import { lockedRuntime, requireSum, runsOfficialBuild } from "../../../../deploy/ec2/release/node-runtime.ts";
import { hostsOf } from "../../../../deploy/ec2/hosts/ssh.ts";
import { sha256 } from "../../../../cli/sha256.ts";
import { scratchDeployment, scratchOutputs } from "../../scratch-deployment.ts";

const hosts = hostsOf(scratchDeployment(), scratchOutputs);
const said = (stdout: string, code = 0, stderr = "") => ({ code, stdout, stderr });

test.each([
  ["2.26", false],
  ["2.28", true],
  ["2.34", true],
  ["2.4", false],
  ["3.0", true],
])("a host with glibc %s runs official builds of Node: %j", (version, official) => {
  expect(runsOfficialBuild(hosts, said(`glibc ${version}\n`))).toBe(official);
});

test.each([255, -1])(
  "a host that was not reached (%i) has no C library to choose by, and the deploy says so",
  (code) => {
    const ask = () => runsOfficialBuild(hosts, said("", code, "Connection timed out"));
    expect(ask).toThrow(/backend host could not be reached.*Connection timed out.*make deploy NAME=blue/s);
  },
);

test.each([said(""), said("musl\n"), said("", 127, "getconf: command not found")])(
  "nor has one that does not say a version: %j",
  (result) => {
    expect(() => runsOfficialBuild(hosts, result)).toThrow(
      /does not say which C library.*make ssh NAME=blue/s,
    );
  },
);

test("USE-19 all systems run the version that the lock file pins", () => {
  expect(lockedRuntime().version).toMatch(/^22\.\d+\.\d+$/);
});

const bytes = Buffer.from("node");
const name = "node-v22.0.0-linux-x64-glibc-217.tar.gz";
const other = sha256("other");
const list = (sum: string) => `${other}  ${name.replace("gz", "xz")}\n${sum}  ${name}\n`;

test("USE-19 a build is taken by the sum that is written down, else by the one published beside it", () => {
  requireSum(bytes, { name, list: list(sha256(bytes)), pinned: undefined });
  requireSum(bytes, { name, list: "", pinned: sha256(bytes) });
});

test.each([
  ["the published sum is another", { list: list(other), pinned: undefined }],
  ["no sum is published", { list: "", pinned: undefined }],
  [
    "the sum that is written down is another, whatever is published",
    { list: list(sha256(bytes)), pinned: other },
  ],
])("USE-19 a build is refused if %s", (_what, sums) => {
  expect(() => requireSum(bytes, { name, ...sums })).toThrow(/was served with other bytes/);
});
