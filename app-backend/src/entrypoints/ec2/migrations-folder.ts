import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The folder of the migrations: beside this program in a bundle, at the top of the workspace in the source tree. */
export function migrationsFolder(): string {
  const folder = ["./migrations", "../../../migrations"]
    .map((path) => fileURLToPath(new URL(path, import.meta.url)))
    .find((path) => existsSync(path));
  if (!folder) throw new Error("no migrations directory");
  return folder;
}
