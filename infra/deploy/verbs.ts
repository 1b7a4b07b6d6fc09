import { UserError } from "../cli/user-error.ts";
import { currentDeployment } from "./deployment.ts";
import type { Verb } from "./target.ts";
import { targetOf } from "./targets.ts";

/** Does what the stack of the current deployment does for a verb; a UserError if it has none. */
export async function run(verb: Verb): Promise<void> {
  const deployment = currentDeployment();
  const { verbs } = await targetOf(deployment);
  const work = verbs[verb];
  if (typeof work === "string") throw new UserError(work, 2);
  await work(deployment);
}
