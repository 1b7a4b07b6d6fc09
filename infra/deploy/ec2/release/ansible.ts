import { basename, join } from "node:path";
import { ansiblePlaybook, mitogenSettings } from "../../../cli/ansible.ts";
import { UserError } from "../../../cli/user-error.ts";
import { repository } from "../../../cli/paths.ts";
import { throwIfInterrupted } from "../../../cli/signals.ts";
import { failureOf } from "../../../cli/run.ts";
import type { Deployment } from "../../deployment.ts";

/**
 * Runs the playbook on both hosts, in the deployment's folder, to which the files of ssh are relative. Returns a line a
 * host with the counts of Ansible's recap.
 */
export async function configureHosts(deployment: Deployment): Promise<string[]> {
  // By its bare name: a path with a comma in it would be taken for a list of hosts.
  const args = ["-i", basename(deployment.inventory), join(repository, "ansible/site.yml")];
  const log = join(deployment.logs, "ansible.log");
  const result = await ansiblePlaybook(args, {
    cwd: deployment.folder,
    env: {
      ANSIBLE_CONFIG: join(repository, "ansible/ansible.cfg"),
      LC_ALL: utf8Locale(process.platform),
      ...(await mitogenSettings()),
    },
    log,
  });
  if (result.code === 0) return recapOf(result.stdout);
  throwIfInterrupted(); // then that is why it failed
  const reason = reasonOf(result.stdout);
  throw reason === undefined
    ? failureOf("ansible-playbook", args, result, { log })
    : new UserError(`${reason}\n\nAll of it: ${log}`);
}

/** Ansible demands UTF-8 and reads English; macOS has no C.UTF-8. */
export function utf8Locale(platform: NodeJS.Platform): string {
  return platform === "darwin" ? "en_US.UTF-8" : "C.UTF-8";
}

/** From the last lines that Ansible prints, which pad their columns. */
export function recapOf(printed: string): string[] {
  const hosts = printed.matchAll(/^(\S+) *: ok=(\d+) +changed=(\d+)/gm);
  return [...hosts].map(([, host, ok, changed]) => `${host}: ${ok} ok, ${changed} changed`);
}

/** What the first command that failed on a host wrote to its standard error, readable again; undefined where none did. */
export function reasonOf(printed: string): string | undefined {
  const [failed, host] = /^fatal: \[(\S+?)\]: FAILED! => (?=\{)/m.exec(printed) ?? [];
  if (failed === undefined) return undefined;
  const before = printed.slice(0, printed.indexOf(failed));
  const task = [...before.matchAll(/^TASK \[(.*)\] \**$/gm)].at(-1)?.[1];
  const result = printed.slice(before.length + failed.length).split("\n")[0]!;
  try {
    const { stderr } = JSON.parse(result) as { stderr?: string };
    return stderr ? `${host}: ${task} failed.\n\n${stderr.trim()}` : undefined;
  } catch {
    return undefined;
  }
}
