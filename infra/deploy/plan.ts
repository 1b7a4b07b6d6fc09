import { cloudAccess } from "./aws-access.ts";
import { currentDeployment } from "./deployment.ts";
import { command } from "./failure.ts";
import { operatorCidr, operatorPublicKey } from "./operator.ts";
import { require } from "./requirements.ts";
import { synthesize, terraform } from "./terraform.ts";

await command(async () => {
  const deployment = currentDeployment();
  await require(["terraform", "ssh"]);
  const access = await cloudAccess(deployment);
  await synthesize(deployment, {
    OPERATOR_CIDR: await operatorCidr(deployment),
    OPERATOR_PUBLIC_KEY: await operatorPublicKey(deployment),
  });
  const tf = await terraform(deployment, access);
  await tf.init();
  process.stdout.write(`${(await tf.plan()) ?? "No changes: what is deployed is what the stack says."}\n`);
});
