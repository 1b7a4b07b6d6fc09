import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { UserError } from "../cli/user-error.ts";

/**
 * The absolute path that a setting names, undefined if it is not set. A `~` that the shell left, as zsh and dash do behind
 * `TO=`, is the home folder; a UserError for that of another user.
 */
export function typedPath(setting: "TO" | "FROM", env: NodeJS.ProcessEnv = process.env): string | undefined {
  const value = env[setting];
  if (!value) return undefined;
  const [start = ""] = value.split("/");
  if (start === "~") return join(homedir(), value.slice(1));
  if (!start.startsWith("~")) return resolve(value);
  throw new UserError(`${setting}=${value}: the shell left ${start} as it is. Write the whole path.`, 2);
}
