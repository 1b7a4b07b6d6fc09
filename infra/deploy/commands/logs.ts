import { command, UserError } from "../../cli/user-error.ts";
import { currentDeployment } from "../deployment.ts";
import { follow } from "../ec2/hosts/follow.ts";
import { logCommands } from "../ec2/hosts/host-commands.ts";
import { chosenHost, hostsOf } from "../ec2/hosts/ssh.ts";
import { requireOutputs } from "../terraform/state.ts";
import { isSwitchedOn } from "../flags.ts";

await command(async () => {
  const host = chosenHost();
  const deployment = currentDeployment();
  const hosts = hostsOf(deployment, await requireOutputs(deployment));
  const log = logCommands[host];
  if (isSwitchedOn("FOLLOW")) return follow(hosts, host, log.follow);
  const { code, stdout, stderr } = await hosts.run(host, `sudo ${log.show}`);
  if (code !== 0) throw new UserError(`The ${host} host did not answer: ${stderr.trim()}`);
  process.stdout.write(stdout);
});
