import { age } from "./age.ts";
import { currentDeployment, type Deployment } from "./deployment.ts";
import { command, Failure } from "./failure.ts";
import { type HostName, hostNames, onHost } from "./hosts.ts";
import { reachableUrl } from "./site-url.ts";
import { type Outputs, requireOutputs } from "./state.ts";

interface Finding {
  readonly well: boolean;
  readonly text: string;
}

// The age of the first process: in a container the machine's own uptime would be told for the host's.
const seconds = "$(ps -o etimes= -p 1 | tr -d ' ')";
const facts = {
  frontend: `echo "${seconds}, nginx $(systemctl is-active nginx)"`,
  backend:
    `echo "${seconds}, app $(systemctl is-active tintype-backend), ` +
    "database $(systemctl is-active mariadb mysqld | grep -m1 ^active || echo inactive), " +
    `data volume $(df --output=pcent /data | tail -n1 | tr -d ' ') full"`,
};

await command(async () => {
  const deployment = currentDeployment();
  const outputs = requireOutputs(deployment);
  const site = await askSite(deployment, outputs);
  console.log(`site      ${site.text}`);
  const hosts: Finding[] = [];
  for (const host of hostNames) {
    const found = await askHost(deployment, outputs, host).catch(told);
    console.log(`${host.padEnd(9)} ${outputs[host].instanceId} ${found.text}`);
    hosts.push(found);
  }
  if ([site, ...hosts].some(({ well }) => !well)) process.exitCode = 1;
});

async function askSite(deployment: Deployment, outputs: Outputs): Promise<Finding> {
  const url = await reachableUrl(deployment, outputs).catch(() => undefined); // the host's own line says why
  if (url === undefined) return { well: false, text: "not reachable" };
  const ready = await fetch(`${url}/api/ready`, { signal: AbortSignal.timeout(5000) }).catch(() => undefined);
  if (ready?.ok) return { well: true, text: `${url} ready` };
  return { well: false, text: `${url} not ready (${ready?.status ?? "no answer"})` };
}

async function askHost(deployment: Deployment, outputs: Outputs, host: HostName): Promise<Finding> {
  const { code, stdout, stderr } = await onHost(deployment, outputs, host, facts[host]);
  if (code !== 0) return { well: false, text: stderr.trim() };
  return { well: true, text: stdout.trim().replace(/^\d+/, (count) => `up ${age(Number(count))}`) };
}

function told(error: unknown): Finding {
  if (error instanceof Failure) return { well: false, text: error.message };
  throw error;
}
