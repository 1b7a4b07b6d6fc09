import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { command, UserError } from "../../cli/user-error.ts";
import { say } from "../../cli/steps.ts";
import { judge } from "../../src/policy/policy.ts";
import { currentDeployment, type Deployment } from "../deployment.ts";
import { showSupport } from "../ec2/hosts/os-support.ts";
import { ec2 } from "../ec2/target.ts";
import { preflightOfAccount, preflightOfPlan } from "../preflight.ts";
import { withLock } from "../deployment-lock.ts";
import { reportNodeAge } from "../ec2/release/node-age.ts";
import { planLine, plannedActions } from "../terraform/plan-text.ts";
import { policyReport, priceReport, synthesized } from "../terraform/policy-and-price.ts";
import { currentStack } from "../terraform/synthesize.ts";

await command(() => {
  const deployment = currentDeployment();
  return withLock(deployment, () => plan(deployment));
});

async function plan(deployment: Deployment): Promise<void> {
  const known = await preflightOfPlan(deployment, ["terraform", "ssh"]);
  const access = await deployment.cloud.access(deployment.region);
  await preflightOfAccount(deployment, known, access);
  const changes = await (await currentStack(deployment, access, await ec2.settings(deployment))).plan();
  printChanges(deployment, changes);
  const stack = synthesized(deployment);
  const judgement = judge(stack);
  showSupport(deployment);
  await reportNodeAge();
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
