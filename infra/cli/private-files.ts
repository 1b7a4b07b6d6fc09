import { chmodSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";

/** Opens a log to append to, which its owner alone may read, in a folder that is its owner's alone. */
export function openPrivateLog(path: string): number {
  makePrivateFolder(dirname(path));
  const log = openSync(path, "a", 0o600);
  chmodSync(path, 0o600); // it may be older than this rule
  return log;
}

export function makePrivateFolder(path: string): void {
  mkdirSync(path, { recursive: true });
  chmodSync(path, 0o700);
}
