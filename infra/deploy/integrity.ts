import { currentDeployment } from "./deployment.ts";
import { command, Failure } from "./failure.ts";
import { runJob } from "./host-job.ts";
import { requireOutputs } from "./state.ts";

// Compares records with objects on the backend host; `REPAIR=1` repairs. Prints the report; exit code 1: something is left.
await command(async () => {
  const deployment = currentDeployment();
  const task = process.env["REPAIR"] === "1" ? "repair" : "check";
  const job = { unit: `tintype-integrity@${task}.service`, report: "integrity" };
  const { isWell, report, said } = await runJob(deployment, await requireOutputs(deployment), job);
  if (report === undefined) throw new Failure(`The check did not run: ${said}`);
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  if (!isWell) throw new Failure("Something is left. Repair what can be repaired: REPAIR=1");
});
