import { UserError } from "../../../cli/user-error.ts";
import type { Deployment } from "../../deployment.ts";
import { jobs } from "../hosts/host-commands.ts";
import { hostsOf } from "../hosts/ssh.ts";
import { runJob } from "../hosts/systemd-job.ts";
import { requireOutputs } from "../../terraform/state.ts";
import { isSwitchedOn } from "../../flags.ts";

/** Compares records with objects on the backend host; `REPAIR=1` repairs. Prints the report; exit code 1: something is left. */
export async function integrity(deployment: Deployment): Promise<void> {
  const repairs = isSwitchedOn("REPAIR");
  const job = jobs.integrity(repairs ? "repair" : "check");
  const { isWell, report, said } = await runJob(hostsOf(deployment, await requireOutputs(deployment)), job);
  if (report === undefined) {
    throw new UserError(`The check did not run: ${said}\nMore about it: ${deployment.make("logs")}`);
  }
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  if (isWell) return;
  throw new UserError(
    repairs
      ? `What is left cannot be repaired. Images come back from a backup file alone: ${deployment.make("restore")} FROM=FILE`
      : `Something is wrong. To repair what can be repaired: ${deployment.make("integrity")} REPAIR=1`,
  );
}
