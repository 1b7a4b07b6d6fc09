import { currentDeployment } from "./deployment.ts";
import { command } from "./failure.ts";
import { hostNames, onHost } from "./hosts.ts";
import { reachableUrl } from "./site-url.ts";
import { requireOutputs } from "./terraform.ts";

const facts = {
  frontend: 'echo "$(uptime -p), nginx $(systemctl is-active nginx)"',
  backend:
    'echo "$(uptime -p), app $(systemctl is-active tintype-backend), ' +
    "database $(systemctl is-active mariadb mysqld | grep -m1 ^active || echo inactive), " +
    `data volume $(df --output=pcent /data | tail -n1 | tr -d ' ') full"`,
};

await command(async () => {
  const deployment = currentDeployment();
  const outputs = requireOutputs(deployment);
  const url = await reachableUrl(deployment, outputs);
  const ready = await fetch(`${url}/api/ready`, { signal: AbortSignal.timeout(5000) }).catch(() => undefined);
  console.log(`site      ${url} ${ready?.ok ? "ready" : `not ready (${ready?.status ?? "no answer"})`}`);
  for (const host of hostNames) {
    const { code, stdout, stderr } = await onHost(deployment, outputs, host, facts[host]);
    console.log(
      `${host.padEnd(9)} ${outputs[host].instanceId} ${code === 0 ? stdout.trim() : stderr.trim()}`,
    );
  }
  if (!ready?.ok) process.exitCode = 1;
});
