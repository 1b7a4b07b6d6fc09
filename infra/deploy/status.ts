import { currentDeployment, type Deployment } from "./deployment.ts";
import { command, Failure } from "./failure.ts";
import { type Fact, type Facts, factsOf, questions } from "./host-facts.ts";
import { type HostName, hostNames, onHost } from "./hosts.ts";
import { reachableUrl } from "./site-url.ts";
import { statusTable } from "./status-table.ts";
import { type Outputs, requireOutputs } from "./state.ts";

await command(async () => {
  const deployment = currentDeployment();
  const outputs = await requireOutputs(deployment);
  const [site, frontend, backend] = await Promise.all([
    askSite(deployment, outputs),
    ...hostNames.map((host) => askHost(deployment, outputs, host)),
  ] as const);
  const hosts = { frontend: frontend!, backend: backend! };
  process.stdout.write(statusTable(site, hosts));
  const facts = [site, ...Object.values(hosts).flatMap((found) => Object.values(found))];
  if (facts.some(({ well }) => !well)) process.exitCode = 1;
});

async function askSite(deployment: Deployment, outputs: Outputs): Promise<Fact> {
  const url = await reachableUrl(deployment, outputs).catch(() => undefined); // the host's own line says why
  if (url === undefined) return { well: false, text: "not reachable" };
  const ready = await fetch(`${url}/api/ready`, { signal: AbortSignal.timeout(5000) }).catch(() => undefined);
  if (ready?.ok) return { well: true, text: `${url} ready` };
  return { well: false, text: `${url} not ready (${ready?.status ?? "no answer"})` };
}

async function askHost(deployment: Deployment, outputs: Outputs, host: HostName): Promise<Facts> {
  const instance = { text: outputs[host].instanceId, well: true };
  try {
    const { code, stdout, stderr } = await onHost(deployment, outputs, host, questions[host]);
    if (stdout !== "") return { instance, ...factsOf(host, stdout) };
    return { instance, fault: { text: stderr.trim() || `ssh ended with ${code}`, well: false } };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { instance, fault: { text: error.message, well: false } };
  }
}
