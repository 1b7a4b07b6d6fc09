import { spawn } from "node:child_process";
import { UserError } from "../../../cli/user-error.ts";
import type { HostName, Hosts } from "./ssh.ts";

/** Shows what a program on a host prints, as root, until Ctrl-C, or until its output is closed. */
export async function follow(hosts: Hosts, host: HostName, program: string): Promise<void> {
  const target = await hosts.sshTo(host);
  // ssh runs detached, so Ctrl-C does not reach it. Its stdin stays open; closing stdin makes the remote program exit.
  const remote = `sudo sh -c '${program.replaceAll("'", `'\\''`)} & cat >/dev/null; kill $!'`;
  const ssh = spawn("ssh", [...target, remote], {
    cwd: hosts.folder,
    detached: true,
    stdio: ["pipe", "inherit", "inherit"],
  });
  let asked = false;
  const end = () => {
    asked = true;
    ssh.stdin.end();
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, end);
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve) =>
    ssh.once("close", (...outcome) => resolve(outcome)),
  );
  if (!asked && signal === null && code !== 0) throw new UserError(hosts.unreached(host));
}
