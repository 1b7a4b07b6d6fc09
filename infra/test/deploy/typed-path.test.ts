import { execFileSync } from "node:child_process";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { expect, test } from "@jest/globals";
import { quoted } from "../../cli/quoted.ts";
import { typedPath } from "../../deploy/typed-path.ts";

test.each([
  ["~/backups/a b.tar", join(homedir(), "backups/a b.tar")],
  ["~", homedir()],
  ["a.tar", resolve("a.tar")],
  ["/tmp/../a", "/a"],
  ["a/~/b", resolve("a/~/b")],
])("USE-30 a path is absolute, and a ~ that the shell left is the home folder: %s", (TO, expected) => {
  expect(typedPath("TO", { TO })).toBe(expected);
});

test("USE-30 no path is made of what was not set, nor of another user's home", () => {
  expect(typedPath("FROM", {})).toBeUndefined();
  expect(() => typedPath("FROM", { FROM: "~kim/a.tar" })).toThrow("Write the whole path");
});

test.each(["/a/plain-1.tar", "a b", `it's "so"`, "$HOME `x` \\ !", "*", "~/x", ""])(
  "USE-30 what a hint quotes a shell gives back: %j",
  (word) => {
    expect(execFileSync("sh", ["-c", `printf %s ${quoted(word)}`], { encoding: "utf8" })).toBe(word);
  },
);
