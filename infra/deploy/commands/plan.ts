import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { command, UserError } from "../../cli/user-error.ts";
import { say } from "../../cli/steps.ts";
import { judge } from "../../src/policy/policy.ts";
import { currentDeployment, type Deployment } from "../deployment.ts";
import { preflightOfAccount, preflightOfPlan } from "../preflight.ts";
import { withLock } from "../deployment-lock.ts";
import { targetOf } from "../targets.ts";
import { planLine, plannedActions } from "../terraform/plan-text.ts";
import { policyReport, priceReport, synthesized } from "../terraform/policy-and-price.ts";
import { currentStack } from "../terraform/synthesize.ts";

await command(() => {
  const deployment = currentDeployment();
  return withLock(deployment, () => plan(deployment));
});

async function plan(deployment: Deployment): Promise<void> {
  const target = await targetOf(deployment);
  const known = await preflightOfPlan(deployment, target, ["terraform", ...target.toolsOfPlan]);
  const access = await deployment.cloud.access(deployment.region);
  await preflightOfAccount(deployment, target, known, access);
  const settings = await target.settings(deployment, access);
  const changes = await (await currentStack(deployment, access, settings)).plan();
  printChanges(deployment, changes);
  const stack = synthesized(deployment);
  const judgement = judge(stack);
  await target.conclusionOfPlan(deployment);
  const prices = [deployment.cloud.priceNote ?? [], priceReport(stack)].flat();
  for (const line of ["", ...policyReport(judgement), "", ...prices]) console.log(line);
  if (judgement.findings.length > 0) throw new UserError("The stack breaks controls, named above.");
}

function printChanges({ logs }: Deployment, changes: string | undefined): void {
  if (changes === undefined)
    return console.log(
      "No changes: the resources are as the stack says. Whether a deploy brings another release is not compared.",
    );
  for (const action of plannedActions(changes)) console.log(`  ${action}`);
  console.log(`\n${planLine(changes)}`);
  const file = join(logs, "plan.txt");
  writeFileSync(file, changes);
  say(`All of it: ${file}`);
}
