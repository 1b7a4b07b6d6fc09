import { InvokeCommand, type LambdaClient, TooManyRequestsException } from "@aws-sdk/client-lambda";
import { printable } from "../../../cli/printable.ts";
import { UserError } from "../../../cli/user-error.ts";
import type { Deployment } from "../../deployment.ts";
import { isSwitchedOn } from "../../flags.ts";
import { presentCloud } from "../../record/access.ts";
import { requireOutputs } from "../../terraform/state.ts";
import { invokingClient } from "../clients.ts";
import type { ServerlessOutputs } from "../outputs.ts";

/** What the function `jobs` answers: a report, or why there is none. */
interface Answer {
  readonly faults?: number;
  readonly errorMessage?: string;
}

interface Check {
  readonly client: LambdaClient;
  readonly functionName: string;
  readonly repair: boolean;
  readonly make: Deployment["make"];
}

/** The report of one run, which is not started a second time. A run whose caller is cut off goes on. */
export async function reportOf({ client, functionName, repair, make }: Check): Promise<Answer> {
  const { FunctionError, Payload } = await client
    .send(
      new InvokeCommand({
        FunctionName: functionName,
        Qualifier: "live",
        Payload: JSON.stringify({ job: "integrity", repair, answer: true }),
      }),
    )
    .catch((error: unknown) => {
      if (error instanceof TooManyRequestsException)
        throw new UserError(`Another job runs. When it has ended: ${make("integrity")}`);
      if (!isCut(error)) throw error;
      const cut =
        "The connection was cut. A check that has begun ends within 15 minutes; its report is in the log:";
      throw new UserError(`${cut} ${make("logs")}\nTo run it again: ${make("integrity")}`);
    });
  const answer = JSON.parse(Payload?.transformToString() ?? "{}") as Answer;
  if (FunctionError === undefined) return answer;
  const reason = printable(answer.errorMessage ?? FunctionError);
  throw new UserError(`The check did not run: ${reason}\nMore about it: ${make("logs")}`);
}

/** As the SDK names that no answer came: ECONNRESET, EPIPE and ETIMEDOUT. */
const isCut = (error: unknown): boolean => String(error).includes("TimeoutError");

/**
 * Compares records, objects and identities by the function `jobs`, of which one runs at a time; `REPAIR=1` repairs. Prints the
 * report; exit code 1: something is left.
 */
export async function integrity(deployment: Deployment): Promise<void> {
  const repair = isSwitchedOn("REPAIR");
  const { make } = deployment;
  const { functions, region } = await requireOutputs<ServerlessOutputs>(deployment);
  const client = invokingClient(await presentCloud(deployment), region);
  const answer = await reportOf({ client, functionName: functions.jobs, repair, make });
  process.stdout.write(`${JSON.stringify(answer, null, 2)}\n`);
  if (answer.faults === 0) return;
  throw new UserError(
    repair
      ? "What is left cannot be repaired."
      : `Something is wrong. To repair what can be repaired: ${make("integrity")} REPAIR=1`,
  );
}
