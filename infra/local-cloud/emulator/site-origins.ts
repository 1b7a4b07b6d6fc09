import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { writeWhole } from "../../cli/atomic-file.ts";
import { cloudFolder } from "./paths.ts";
import { makePrivateFolder } from "../../cli/private-files.ts";

/** A deployment's site: its own origin, and the one under which this machine shows it. */
export interface Site {
  readonly origin: string;
  readonly shownAt: string;
}

// One file for each deployment, which is shown at one place only.
const sites = join(cloudFolder, "sites");

/** Notes where a deployment's site is shown, so that its bucket takes pages from there for the site's own. */
export function noteSite(deployment: string, site: Site, folder = sites): void {
  makePrivateFolder(folder);
  // Not beside it: all that lies in the folder is read.
  writeWhole(join(folder, deployment), JSON.stringify(site), `${folder}-${deployment}.new`);
}

export function forgetSite(deployment: string, folder = sites): void {
  rmSync(join(folder, deployment), { force: true });
}

/** The origin of the site that is shown at another one; undefined for an origin that shows none. */
export function siteShownAt(origin: string, folder = sites): string | undefined {
  if (!existsSync(folder)) return undefined;
  const noted = readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8"));
  const found = noted.map((text) => JSON.parse(text) as Site).find(({ shownAt }) => shownAt === origin);
  return found?.origin;
}
