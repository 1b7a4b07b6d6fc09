import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

/** A home folder in which the browser trusts one more certificate authority. */
export async function homeThatTrusts(root: string): Promise<string> {
  const home = mkdtempSync(join(tmpdir(), "tintype-home-"));
  const database = join(home, ".pki/nssdb");
  mkdirSync(database, { recursive: true });
  const certutil = (...args: string[]) =>
    promisify(execFile)("certutil", ["-d", `sql:${database}`, ...args, "--empty-password"]);
  await certutil("-N");
  await promisify(execFile)("certutil", [
    ...["-d", `sql:${database}`, "-A", "-n", "rehearsal", "-t", "C,,", "-i", root],
  ]);
  return home;
}
