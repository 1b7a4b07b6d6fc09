import { UserError } from "../../../cli/user-error.ts";
import type { Deployment } from "../../deployment.ts";
import { isSwitchedOn } from "../../flags.ts";
import { presentCloud } from "../../record/access.ts";
import { requireOutputs } from "../../terraform/state.ts";
import { invokingClient } from "../clients.ts";
import { answerOf } from "../job-answer.ts";
import type { ServerlessOutputs } from "../outputs.ts";

/**
 * Compares records, objects and identities by the function `jobs`, of which one runs at a time; `REPAIR=1` repairs. Prints the
 * report; exit code 1: something is left.
 */
export async function integrity(deployment: Deployment): Promise<void> {
  const repair = isSwitchedOn("REPAIR");
  const { make } = deployment;
  const { functions, region } = await requireOutputs<ServerlessOutputs>(deployment);
  const client = invokingClient(await presentCloud(deployment), region);
  const answer = await answerOf<{ faults: number }>(client, {
    functionName: functions.jobs,
    event: { job: "integrity", repair, answer: true },
    again: make("integrity"),
    logs: make("logs"),
  });
  process.stdout.write(`${JSON.stringify(answer, null, 2)}\n`);
  if (answer.faults === 0) return;
  throw new UserError(
    repair
      ? "What is left cannot be repaired."
      : `Something is wrong. To repair what can be repaired: ${make("integrity")} REPAIR=1`,
  );
}
