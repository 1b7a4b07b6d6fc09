import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cloudFolder } from "../emulator/paths.ts";
import { makePrivateFolder } from "../../cli/private-files.ts";

// One file for each: several deploys may note theirs at the same time.
const folder = join(cloudFolder, "regions");

/** Notes a region in which there are hosts, so that their metadata are looked for there. */
export function noteRegion(region: string): void {
  makePrivateFolder(folder);
  writeFileSync(join(folder, region), "");
}

export function notedRegions(): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

export function forgetRegions(): void {
  rmSync(folder, { recursive: true, force: true });
}
