import { join } from "node:path";
import { type Deployment, repository } from "./deployment.ts";
import { run } from "./run.ts";

/** Runs the playbook on both hosts. Gives a line a host with the counts of Ansible's recap. */
export async function configureHosts(deployment: Deployment): Promise<string[]> {
  const printed = await run("ansible-playbook", ["-i", deployment.inventory, "site.yml"], {
    cwd: join(repository, "ansible"),
    env: { ANSIBLE_CONFIG: join(repository, "ansible/ansible.cfg"), LC_ALL: "C.UTF-8" },
    log: join(deployment.logs, "ansible.log"),
  });
  return recapOf(printed);
}

/** From the last lines that Ansible prints, which pad their columns. */
export function recapOf(printed: string): string[] {
  const hosts = printed.matchAll(/^(\S+) *: ok=(\d+) +changed=(\d+)/gm);
  return [...hosts].map(([, host, ok, changed]) => `${host}: ${ok} ok, ${changed} changed`);
}
