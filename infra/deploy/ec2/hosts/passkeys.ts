import { UserError } from "../../../cli/user-error.ts";
import { countsIn, type PasskeyCounts } from "../../site/left-passkeys.ts";
import { passkeyCountsCommand } from "./host-commands.ts";
import type { Hosts } from "./ssh.ts";

/** Counts passkeys by the site's name; undefined if the backend host does not answer, or its release knows none. */
export async function passkeysOn(hosts: Pick<Hosts, "run">): Promise<PasskeyCounts> {
  try {
    const { code, stdout } = await hosts.run("backend", passkeyCountsCommand);
    return code === 0 ? countsIn(stdout) : undefined;
  } catch (error) {
    if (error instanceof UserError) return undefined; // the host is stopped
    throw error;
  }
}
