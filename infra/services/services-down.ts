import { existsSync, rmSync } from "node:fs";
import { say, step } from "../cli/steps.ts";
import { requireTools } from "../cli/requirements.ts";
import { command, UserError } from "../cli/user-error.ts";
import { engineRuns, ensureEngine, stopOwnEngine } from "../local-cloud/ec2/docker.ts";
import { removeAll } from "./containers.ts";
import { stackOf, withLock } from "./stack.ts";

await command(async () => {
  const stack = stackOf(process.env["NAME"]);
  await requireTools(["docker"]);
  if (!existsSync(stack.folder) && !(await engineRuns())) return say(`There are no services ${stack.name}.`);
  await ensureEngine();
  await withLock(stack, "services-down", async () => {
    const left = await step("Remove containers, networks, volumes and images", () => removeAll(stack));
    if (left.length > 0) throw new UserError(`Docker still has ${left.join(", ")}. Run the command again.`);
    rmSync(stack.folder, { recursive: true });
  });
  await stopOwnEngine();
  say("Nothing of them is left.");
});
