import { spawnSync } from "node:child_process";
import { command, Failure } from "../../cli/user-error.ts";
import { currentDeployment } from "../deployment.ts";
import { chosenHost, hostAddress, sshArguments, unreached } from "../ec2/hosts/ssh.ts";
import { requireOutputs } from "../terraform/state.ts";

await command(async () => {
  const host = chosenHost();
  const deployment = currentDeployment();
  const address = await hostAddress(deployment, await requireOutputs(deployment), host);
  const place = { cwd: deployment.folder, stdio: "inherit" } as const;
  const { status } = spawnSync("ssh", sshArguments(deployment, address), place);
  // Any other number is that of the last command in that shell, and no concern of make's.
  if (status === 255 || status === null) throw new Failure(unreached(deployment, host));
});
