import { spawnSync } from "node:child_process";
import { UserError } from "../../../cli/user-error.ts";
import type { Deployment } from "../../deployment.ts";
import { chosenHost, hostsOf } from "../hosts/ssh.ts";
import { requireOutputs } from "../../terraform/state.ts";

export async function ssh(deployment: Deployment): Promise<void> {
  const host = chosenHost();
  const hosts = hostsOf(deployment, await requireOutputs(deployment));
  const options = { cwd: hosts.folder, stdio: "inherit" } as const;
  const { status } = spawnSync("ssh", await hosts.sshTo(host), options);
  // Any other number is that of the last command in that shell, and no concern of make's.
  if (status === 255 || status === null) throw new UserError(hosts.unreached(host));
}
