import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const fileIn = (folder: string) => join(folder, "local-port");

/** The port of the last deploy, which the next uses unless another is set. */
export function keptPort(folder: string): number | undefined {
  return existsSync(fileIn(folder)) ? Number(readFileSync(fileIn(folder), "utf8")) : undefined;
}

export function keepPort(folder: string, localPort: number): void {
  writeFileSync(fileIn(folder), String(localPort));
}

export function forgetPort(folder: string): void {
  rmSync(fileIn(folder), { force: true });
}
