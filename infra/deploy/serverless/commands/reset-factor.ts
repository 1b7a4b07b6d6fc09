import { quoted } from "../../../cli/quoted.ts";
import type { Deployment } from "../../deployment.ts";
import { presentCloud } from "../../record/access.ts";
import { chosenAccount, factorReset, tellFactorReset } from "../../site/factor-reset.ts";
import { requireOutputs } from "../../terraform/state.ts";
import { invokingClient } from "../clients.ts";
import { answerOf } from "../job-answer.ts";
import type { ServerlessOutputs } from "../outputs.ts";

/** Removes all second factors of an account by the function `jobs`. */
export async function resetFactor(deployment: Deployment): Promise<void> {
  const account = chosenAccount();
  const { make } = deployment;
  const { functions, region } = await requireOutputs<ServerlessOutputs>(deployment);
  const client = invokingClient(await presentCloud(deployment), region);
  const { reset } = await answerOf<{ reset: unknown }>(client, {
    functionName: functions.jobs,
    event: { job: "reset-factor", account },
    again: `${make("reset-factor")} ACCOUNT=${quoted(account)}`,
    logs: make("logs"),
  });
  tellFactorReset(account, factorReset.parse(reset));
}
