import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { diskFull, UserError } from "../../cli/user-error.ts";
import type { Result } from "../../cli/run.ts";
import { writeWhole } from "../../cli/atomic-file.ts";

/** Where Terraform leaves a state that its bucket did not take. */
export const errored = "errored.tfstate";

const roomBytes = 8 * 2 ** 20;

/** Takes the room that a state needs, so that nothing else can fill the disk with it; gives the function that frees it. */
export function keepRoom(folder: string): () => void {
  const file = join(folder, "room-for-state");
  writeFileSync(file, Buffer.alloc(roomBytes, "x"));
  return () => rmSync(file, { force: true });
}

/**
 * On a full disk Terraform can only print the state of what it made, and leaves a state that is cut off. Puts the
 * printed one into a file of that name. Undefined where that is not what went wrong.
 */
export function rescueState(
  terraformFolder: string,
  { stdout, stderr }: Result,
  name: "terraform.tfstate" | typeof errored = "terraform.tfstate",
): UserError | undefined {
  const printed = [stdout, stderr].find((text) => text.includes('"terraform_version"'));
  if (printed === undefined) return undefined;
  const state = printed.slice(printed.search(/^\{$/m), printed.lastIndexOf("\n}") + 2);
  JSON.parse(state);
  writeWhole(join(terraformFolder, name), state);
  if (name !== errored) rmSync(join(terraformFolder, errored), { force: true });
  return new UserError(diskFull);
}
