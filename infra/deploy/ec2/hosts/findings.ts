import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "../../../cli/paths.ts";
import { keyOnly } from "../operator.ts";
import type { HostName, Hosts } from "./ssh.ts";
import { printable } from "../../../cli/printable.ts";

const timeoutMs = 60_000;
const roles = join(repository, "ansible/roles");
const script = (path: string) => readFileSync(join(roles, path), "utf8");

/**
 * What on a host differs from what a deploy leaves, a sentence each. The programs that compare are sent from here:
 * those on the host may have been changed. `publicKey`: the operator's.
 */
export async function findingsOn(hosts: Hosts, host: HostName, publicKey: string): Promise<string[]> {
  const [type = "", key = ""] = keyOnly(publicKey).split(" ");
  const encoded = Buffer.from(program(host)).toString("base64");
  const shell = `echo ${encoded} | base64 -d | sudo bash -s -- ec2-user '${type} ${key}'`;
  const { code, stdout, stderr } = await hosts.run(host, shell, timeoutMs);
  const lines = printable(stdout)
    .split("\n")
    .filter((line) => line !== "");
  return code === 0
    ? lines
    : [...lines, `the host could not be compared: ${printable(stderr.trim()) || `exit code ${code}`}`];
}

/** The programs of the roles as functions of one script. */
export function program(host: HostName): string {
  const parts = [["content", "base/files/content.sh"]];
  if (host === "backend") parts.push(["rights", "backend/files/database-rights.sh"]);
  const functions = parts.map(([name, path]) => `${name}() (\n${script(path!)})\n`);
  return [...functions, script("base/files/findings.sh")].join("\n");
}
