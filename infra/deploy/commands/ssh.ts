import { spawnSync } from "node:child_process";
import { command, UserError } from "../../cli/user-error.ts";
import { currentDeployment } from "../deployment.ts";
import { chosenHost, hostsOf } from "../ec2/hosts/ssh.ts";
import { requireOutputs } from "../terraform/state.ts";

await command(async () => {
  const host = chosenHost();
  const deployment = currentDeployment();
  const hosts = hostsOf(deployment, await requireOutputs(deployment));
  const options = { cwd: hosts.folder, stdio: "inherit" } as const;
  const { status } = spawnSync("ssh", await hosts.sshTo(host), options);
  // Any other number is that of the last command in that shell, and no concern of make's.
  if (status === 255 || status === null) throw new UserError(hosts.unreached(host));
});
