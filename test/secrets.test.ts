import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";

const repository = join(import.meta.dirname, "..");
const { stdout } = spawnSync("git", ["ls-files", "-z"], { cwd: repository, encoding: "utf8" });

// Private keys, keys of AWS (but those of its documentation and those that are none), and 64 random bytes as the hosts write them.
const secret =
  /-----BEGIN [A-Z ]*PRIVATE KEY-----\s+[A-Za-z0-9+/]{40}|\b(AKIA|ASIA)(?!0{8}|[A-Z0-9]*EXAMPLE)[A-Z0-9]{16}\b|TOKEN_SECRETS?=[A-Za-z0-9+/]{40}/;

test("DEP-14 no secret is in the repository", () => {
  const files = stdout.split("\0").filter((name) => name !== "");
  expect(files.length).toBeGreaterThan(300);
  const leaks = files.filter((name) => secret.test(readFileSync(join(repository, name), "latin1")));
  expect(leaks).toEqual([]);
});

test("what is looked for would be found", () => {
  const key = "A".repeat(40);
  const samples = [`-----BEGIN PRIVATE KEY-----\n${key}`, `AKIA${"QWER".repeat(4)}`, `X_TOKEN_SECRET=${key}`];
  for (const sample of samples) expect(sample).toMatch(secret);
});
