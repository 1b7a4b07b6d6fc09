import { spawnSync } from "node:child_process";
import { currentDeployment } from "./deployment.ts";
import { command, Failure } from "./failure.ts";
import { hostAddress, sshArguments } from "./hosts.ts";
import { requireOutputs } from "./terraform.ts";

await command(async () => {
  const host = process.env["HOST"] || "backend";
  if (host !== "backend" && host !== "frontend") throw new Failure("HOST is frontend or backend.", 2);
  const deployment = currentDeployment();
  const address = await hostAddress(deployment, requireOutputs(deployment), host);
  const { status } = spawnSync("ssh", sshArguments(deployment, address), { stdio: "inherit" });
  process.exitCode = status ?? 1;
});
