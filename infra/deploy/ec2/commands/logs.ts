import { UserError } from "../../../cli/user-error.ts";
import type { Deployment } from "../../deployment.ts";
import { follow } from "../hosts/follow.ts";
import { logCommands } from "../hosts/host-commands.ts";
import { chosenHost, hostsOf } from "../hosts/ssh.ts";
import { requireOutputs } from "../../terraform/state.ts";
import { isSwitchedOn } from "../../flags.ts";

export async function logs(deployment: Deployment): Promise<void> {
  const host = chosenHost();
  const hosts = hostsOf(deployment, await requireOutputs(deployment));
  const log = logCommands[host];
  if (isSwitchedOn("FOLLOW")) return follow(hosts, host, log.follow);
  const { code, stdout, stderr } = await hosts.run(host, `sudo ${log.show}`);
  if (code !== 0) throw new UserError(`The ${host} host did not answer: ${stderr.trim()}`);
  process.stdout.write(stdout);
}
