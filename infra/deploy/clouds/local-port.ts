import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Deployment } from "../deployment.ts";

const fileIn = (folder: string) => join(folder, "local-port");

/** The port that the last deploy was told, so that the next need not be told it again. */
export function keptPort(folder: string): number | undefined {
  return existsSync(fileIn(folder)) ? Number(readFileSync(fileIn(folder), "utf8")) : undefined;
}

export function keepPort({ folder, localPort }: Deployment): void {
  writeFileSync(fileIn(folder), String(localPort));
}

export function forgetPort({ folder }: Deployment): void {
  rmSync(fileIn(folder), { force: true });
}
