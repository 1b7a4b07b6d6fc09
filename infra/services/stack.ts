import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { stateRoot } from "../cli/paths.ts";
import { makePrivateFolder } from "../cli/private-files.ts";
import { takeLock } from "../cli/process-lock.ts";
import { UserError } from "../cli/user-error.ts";

/** One copy of the services on this machine. */
export interface Stack {
  readonly name: string;
  /** Compose's name for it: another clone on this machine has another one. */
  readonly project: string;
  /** Its secrets, settings and log. */
  readonly folder: string;
  readonly log: string;
}

/** A UserError for a name that no deployment may have either. */
export function stackOf(name = "dev", state = stateRoot): Stack {
  if (!/^[a-z][a-z0-9-]{0,19}$/.test(name))
    throw new UserError("NAME: use at most 20 small letters, digits and hyphens, a letter first", 2);
  const clone = createHash("sha256").update(state).digest("hex").slice(0, 12);
  const folder = join(state, `services-${name}`);
  return { name, project: `tintype-${name}-${clone}`, folder, log: join(folder, "compose.log") };
}

/** The command that does something with this copy. */
export function makeOf({ name }: Stack, target: string): string {
  return `make ${target}${name === "dev" ? "" : ` NAME=${name}`}`;
}

/** Does `work` while no other command changes this copy; a UserError if one does. */
export async function withLock(stack: Stack, target: string, work: () => Promise<void>): Promise<void> {
  makePrivateFolder(stack.folder);
  const file = join(stack.folder, "lock");
  const other = takeLock(file, makeOf(stack, target));
  if (other !== undefined)
    throw new UserError(
      `\`${other.command}\` has been running since ${other.since} (process ${other.pid}).`,
      2,
    );
  try {
    await work();
  } finally {
    rmSync(file, { force: true });
  }
}

/** The settings of the last `make services`, as Compose reads them. */
export const settingsFile = ({ folder }: Stack) => join(folder, "env");

/** The port of the last `make services`. */
export function keptPort(stack: Stack): number | undefined {
  const file = settingsFile(stack);
  const [, port] = existsSync(file) ? (/^LOCAL_PORT=(\d+)$/m.exec(readFileSync(file, "utf8")) ?? []) : [];
  return port === undefined ? undefined : Number(port);
}
