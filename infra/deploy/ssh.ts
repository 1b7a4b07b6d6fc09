import { spawnSync } from "node:child_process";
import { currentDeployment } from "./deployment.ts";
import { command } from "./failure.ts";
import { chosenHost, hostAddress, sshArguments } from "./hosts.ts";
import { requireOutputs } from "./terraform.ts";

await command(async () => {
  const host = chosenHost();
  const deployment = currentDeployment();
  const address = await hostAddress(deployment, requireOutputs(deployment), host);
  const { status } = spawnSync("ssh", sshArguments(deployment, address), { stdio: "inherit" });
  process.exitCode = status ?? 1;
});
