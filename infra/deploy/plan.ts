import { cloudAccess } from "./aws-access.ts";
import { currentDeployment } from "./deployment.ts";
import { command } from "./failure.ts";
import { require } from "./requirements.ts";
import { currentStack } from "./stack.ts";

await command(async () => {
  const deployment = currentDeployment();
  await require(["terraform", "ssh"]);
  const access = await cloudAccess(deployment);
  const tf = await currentStack(deployment, access);
  process.stdout.write(`${(await tf.plan()) ?? "No changes: what is deployed is what the stack says."}\n`);
});
