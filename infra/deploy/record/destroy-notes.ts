import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { writeWhole } from "../../cli/atomic-file.ts";
import type { Deployment } from "../deployment.ts";

const fileOf = ({ folder }: Pick<Deployment, "folder">) => join(folder, "destroy-notes.json");

/**
 * What is shown when a deployment is gone. Terraform forgets the outputs first: a destroy that was stopped and goes on shows
 * what was noted before.
 */
export function noteForDestroy(deployment: Pick<Deployment, "folder">, lines: readonly string[]): void {
  writeWhole(fileOf(deployment), JSON.stringify(lines));
}

/** What was noted, once; no lines if nothing was. */
export function takeDestroyNotes(deployment: Pick<Deployment, "folder">): readonly string[] {
  const file = fileOf(deployment);
  if (!existsSync(file)) return [];
  const lines = JSON.parse(readFileSync(file, "utf8")) as string[];
  rmSync(file);
  return lines;
}
