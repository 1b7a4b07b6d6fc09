import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../../../cli/user-error.ts";
import { firstBootCommand, firstBootLogCommand } from "./host-commands.ts";
import type { HostName, Hosts } from "./ssh.ts";

const timeoutMs = 15 * 60_000;

/** Waits until user-data has ended well on a host; a UserError tells where it failed. */
export async function waitForFirstBoot(hosts: Hosts, host: HostName): Promise<void> {
  let last = "";
  for (const started = Date.now(); Date.now() - started < timeoutMs; await sleep(1000)) {
    const { stdout, stderr } = await hosts.run(host, firstBootCommand);
    const status = stdout.trim();
    if (status === "done") return;
    if (status.startsWith("failed")) throw new UserError(await bootFailure(hosts, host, status));
    last = status || stderr.trim();
  }
  throw new UserError(`The ${host} host did not finish its first boot within 15 minutes (${last}).`);
}

async function bootFailure(hosts: Hosts, host: HostName, status: string): Promise<string> {
  const { stdout } = await hosts.run(host, firstBootLogCommand);
  return (
    `First boot of the ${host} host ${status}\n\n${stdout}\n` +
    `To replace that host: ${hosts.make("deploy")} REPLACE=${host}`
  );
}
