import { UserError } from "../../../cli/user-error.ts";
import type { Deployment } from "../../deployment.ts";
import { type Fact, type Facts, factsOf } from "../hosts/health.ts";
import { healthCommands } from "../hosts/host-commands.ts";
import { findingsOn } from "../hosts/findings.ts";
import { type HostName, hostNames, type Hosts, hostsOf } from "../hosts/ssh.ts";
import { operatorPublicKey } from "../operator.ts";
import { printable } from "../../../cli/printable.ts";
import { statusTable } from "../hosts/status-table.ts";
import { frontDoor } from "../hosts/front-door.ts";
import { ask } from "../../site/client.ts";
import { type Outputs, requireOutputs } from "../../terraform/state.ts";

export async function status(deployment: Deployment): Promise<void> {
  const outputs = await requireOutputs(deployment);
  const hosts = hostsOf(deployment, outputs);
  const publicKey = () => operatorPublicKey(deployment);
  const [site, frontend, backend] = await Promise.all([
    askSite(deployment, outputs),
    ...hostNames.map((host) => askHost(hosts, outputs[host].instanceId, host, publicKey)),
  ] as const);
  const found = { frontend: frontend!, backend: backend! };
  process.stdout.write(statusTable(site, found));
  const facts = [site, ...Object.values(found).flatMap((each) => Object.values(each))];
  if (facts.some(({ well }) => !well)) process.exitCode = 1;
}

async function askSite(deployment: Deployment, outputs: Outputs): Promise<Fact> {
  const door = await frontDoor(deployment, outputs).catch(() => undefined); // the host's own line says why
  if (door === undefined) return { well: false, text: "not reachable" };
  const ready = await ask(door, "/api/ready").catch(() => undefined);
  if (ready?.status === 200) return { well: true, text: `${door.url} ready` };
  return { well: false, text: `${door.url} not ready (${ready?.status ?? "no answer"})` };
}

function differences(findings: readonly string[]): Facts {
  const text = findings.length === 0 ? "yes" : "no, see below";
  const facts: Record<string, Fact> = { "as deployed": { text, well: findings.length === 0 } };
  findings.forEach((finding, at) => (facts[`fault ${at}`] = { text: finding, well: false }));
  return facts;
}

async function askHost(
  hosts: Hosts,
  instanceId: string,
  host: HostName,
  publicKey: () => Promise<string>,
): Promise<Facts> {
  const instance = { text: instanceId, well: true };
  try {
    const { code, stdout, stderr } = await hosts.run(host, healthCommands[host]);
    if (stdout === "")
      return { instance, fault: { text: printable(stderr.trim()) || `ssh ended with ${code}`, well: false } };
    const facts = factsOf(host, printable(stdout));
    // Before its first release a host differs in everything.
    const compared = facts["release"]?.well
      ? differences(await findingsOn(hosts, host, await publicKey()))
      : { "as deployed": { text: "not deployed yet", well: false } };
    return { instance, ...facts, ...compared };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { instance, fault: { text: error.message, well: false } };
  }
}
