import { cloudAccess } from "./aws-access.ts";
import { currentDeployment, type Deployment } from "./deployment.ts";
import { command } from "./failure.ts";
import { alone } from "./lock.ts";
import { requireSameAccount, requireSameRegion } from "./place.ts";
import { require } from "./requirements.ts";
import { currentStack } from "./stack.ts";

await command(() => {
  const deployment = currentDeployment();
  return alone(deployment, () => plan(deployment));
});

async function plan(deployment: Deployment): Promise<void> {
  await require(["terraform", "ssh"]);
  requireSameRegion(deployment);
  const access = await cloudAccess(deployment);
  await requireSameAccount(deployment, access);
  const changes = await (await currentStack(deployment, access)).plan();
  process.stdout.write(`${changes ?? "No changes: what is deployed is what the stack says."}\n`);
}
