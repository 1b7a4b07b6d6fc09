import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** A folder of migrations: beside this program in a bundle, at the top of the workspace in the source tree. */
export function migrationsFolder(name = "migrations"): string {
  const folder = [`./${name}`, `../../../${name}`]
    .map((path) => fileURLToPath(new URL(path, import.meta.url)))
    .find((path) => existsSync(path));
  if (!folder) throw new Error(`no directory ${name}`);
  return folder;
}
