import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

export const repository = join(import.meta.dirname, "..");

export const read = (path: string) => readFileSync(join(repository, path), "utf8");

/** Paths of the repository's files, new ones included, that match one of git's patterns. */
export function files(...patterns: string[]): string[] {
  const list = ["ls-files", "--cached", "--others", "--exclude-standard", "--", ...patterns];
  return execFileSync("git", list, { cwd: repository, encoding: "utf8" })
    .split("\n")
    .filter((path) => path && existsSync(join(repository, path)));
}
