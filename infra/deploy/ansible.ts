import { join } from "node:path";
import { type Deployment, repository } from "./deployment.ts";
import { run } from "./run.ts";

/** Runs the playbook on both hosts. Gives Ansible's recap: a line a host with its counts. */
export async function configureHosts(deployment: Deployment): Promise<string[]> {
  const printed = await run("ansible-playbook", ["-i", deployment.inventory, "site.yml"], {
    cwd: join(repository, "ansible"),
    env: { ANSIBLE_CONFIG: join(repository, "ansible/ansible.cfg"), LC_ALL: "C.UTF-8" },
    log: join(deployment.logs, "ansible.log"),
  });
  return printed.split("\n").filter((line) => /\bok=\d+ +changed=\d+/.test(line));
}
