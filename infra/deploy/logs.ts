import { currentDeployment } from "./deployment.ts";
import { command, Failure } from "./failure.ts";
import { chosenHost, onHost } from "./hosts.ts";
import { requireOutputs } from "./state.ts";

const sources = {
  backend: ["backend", "sudo journalctl --unit 'tintype-*' --no-pager --output cat --lines 200"],
  frontend: ["frontend", "sudo tail -n 200 /var/log/nginx/access.log /var/log/nginx/error.log"],
} as const;

await command(async () => {
  const host = chosenHost();
  const deployment = currentDeployment();
  const [name, shell] = sources[host];
  const { code, stdout, stderr } = await onHost(deployment, requireOutputs(deployment), name, shell);
  if (code !== 0) throw new Failure(`The ${host} host did not answer: ${stderr.trim()}`);
  process.stdout.write(stdout);
});
