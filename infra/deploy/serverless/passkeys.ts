import { UserError } from "../../cli/user-error.ts";
import type { Access } from "../clouds/cloud.ts";
import type { Deployment } from "../deployment.ts";
import type { PasskeyCounts } from "../site/left-passkeys.ts";
import { invokingClient } from "./clients.ts";
import { answerOf } from "./job-answer.ts";
import type { ServerlessOutputs } from "./outputs.ts";

/** Counts passkeys by the site's name; undefined if the function cannot, such as one of an earlier release. */
export async function passkeysOf(
  { make }: Pick<Deployment, "make">,
  { functions, region }: Pick<ServerlessOutputs, "functions" | "region">,
  access: Access,
): Promise<PasskeyCounts> {
  const run = {
    functionName: functions.jobs,
    event: { job: "passkeys" },
    again: make("deploy"),
    logs: make("logs"),
  };
  try {
    const { passkeys } = await answerOf<{ passkeys: PasskeyCounts }>(invokingClient(access, region), run);
    return passkeys;
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}
