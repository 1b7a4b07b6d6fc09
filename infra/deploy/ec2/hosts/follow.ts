import { spawn } from "node:child_process";
import { Failure } from "../../../cli/user-error.ts";
import type { HostName, Hosts } from "./ssh.ts";

/** Shows what a program on a host prints, as root, until Ctrl-C, or until nobody reads it any more. */
export async function follow(hosts: Hosts, host: HostName,
  program: string,
): Promise<void> {
  const target = await hosts.sshTo(host);
  // Out of reach of the Ctrl-C that ends this. The input stays open for as long as somebody listens here; its end takes the program over there along.
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
  if (!asked && signal === null && code !== 0) throw new Failure(hosts.unreached(host));
}
