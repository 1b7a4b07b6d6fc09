import { command, UserError } from "../../cli/user-error.ts";
import { currentDeployment } from "../deployment.ts";
import { follow } from "../ec2/hosts/follow.ts";
import { chosenHost, hostsOf } from "../ec2/hosts/ssh.ts";
import { requireOutputs } from "../terraform/state.ts";
import { isSwitchedOn } from "../flags.ts";

const sources = {
  backend: "journalctl --unit 'tintype-*' --no-pager --output cat --lines 200",
  frontend: "tail -n 200 /var/log/nginx/access.log /var/log/nginx/error.log",
} as const;
const further = { backend: "--follow", frontend: "--follow=name" } as const;

await command(async () => {
  const host = chosenHost();
  const deployment = currentDeployment();
  const hosts = hostsOf(deployment, await requireOutputs(deployment));
  if (isSwitchedOn("FOLLOW")) {
    return follow(hosts, host, `${sources[host]} ${further[host]}`);
  }
  const { code, stdout, stderr } = await hosts.run(host, `sudo ${sources[host]}`);
  if (code !== 0) throw new UserError(`The ${host} host did not answer: ${stderr.trim()}`);
  process.stdout.write(stdout);
});
