import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { requireCheckout } from "../machine/checkout.ts";
import { command, Failure } from "../machine/failure.ts";
import { requireTools } from "../machine/requirements.ts";
import { say } from "../machine/steps.ts";
import { judge } from "../src/policy/policy.ts";
import { cloudAccess } from "./aws/access.ts";
import { currentDeployment, type Deployment } from "./deployment.ts";
import { tellSupport } from "./hosts/os-support.ts";
import { alone } from "./lock.ts";
import { reportNodeAge } from "./release/node-age.ts";
import { requireSaidDomain } from "./site/domain.ts";
import { requireKey } from "./stack/operator.ts";
import { planLine, plannedActions } from "./stack/plan-text.ts";
import { policyReport, priceReport, synthesized } from "./stack/report.ts";
import { currentStack } from "./stack/stack.ts";
import { requireStateBucket } from "./state/bucket.ts";
import { requireSameAccount, requireSameRegion } from "./state/place.ts";

await command(() => {
  const deployment = currentDeployment();
  return alone(deployment, () => plan(deployment));
});

async function plan(deployment: Deployment): Promise<void> {
  requireCheckout();
  await requireTools(["terraform", "ssh"]);
  await requireSameRegion(deployment);
  await requireSaidDomain(deployment);
  const access = await cloudAccess(deployment);
  await requireSameAccount(deployment, access);
  await requireStateBucket(deployment, access);
  await requireKey(deployment);
  const changes = await (await currentStack(deployment, access)).plan();
  printChanges(deployment, changes);
  const stack = synthesized(deployment);
  const judgement = judge(stack);
  tellSupport(deployment);
  await reportNodeAge();
  for (const line of ["", ...policyReport(judgement), "", ...priceReport(stack)]) console.log(line);
  if (judgement.findings.length > 0) throw new Failure("The stack breaks controls, named above.");
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
