import { InvokeCommand, type LambdaClient, TooManyRequestsException } from "@aws-sdk/client-lambda";
import { printable } from "../../cli/printable.ts";
import { UserError } from "../../cli/user-error.ts";

interface Run {
  readonly functionName: string;
  readonly event: { readonly job: string } & Readonly<Record<string, string | boolean>>;
  /** What to type to run it again, and to see the log. */
  readonly again: string;
  readonly logs: string;
}

/** What one run of the function `jobs` answers. It is not started a second time, and one whose caller is cut off goes on. */
export async function answerOf<Answer>(client: LambdaClient, run: Run): Promise<Answer> {
  const { functionName, event, again, logs } = run;
  const { FunctionError, Payload } = await client
    .send(
      new InvokeCommand({ FunctionName: functionName, Qualifier: "live", Payload: JSON.stringify(event) }),
    )
    .catch((error: unknown) => {
      if (error instanceof TooManyRequestsException)
        throw new UserError(`Another job runs. When it has ended: ${again}`);
      if (!isCut(error)) throw error;
      const cut =
        "The connection was cut. A job that has begun ends within 15 minutes; its report is in the log:";
      throw new UserError(`${cut} ${logs}\nTo run it again: ${again}`);
    });
  const answer = JSON.parse(Payload?.transformToString() ?? "{}") as Answer & { errorMessage?: string };
  if (FunctionError === undefined) return answer;
  const reason = printable(answer.errorMessage ?? FunctionError);
  throw new UserError(`The job ${event.job} did not run: ${reason}\nMore about it: ${logs}`);
}

/** As the SDK names that no answer came: ECONNRESET, EPIPE and ETIMEDOUT. */
const isCut = (error: unknown): boolean => String(error).includes("TimeoutError");
