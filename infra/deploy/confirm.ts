import { createInterface } from "node:readline";
import type { Deployment } from "./deployment.ts";
import { Failure } from "./failure.ts";

export interface Questioning {
  /** YES=1: the question was answered on the command line. */
  readonly yes: boolean;
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly output: NodeJS.WritableStream;
}

/** Has the person type the name of what will be destroyed in AWS. The local cloud holds nothing to mourn. */
export async function confirmDestroy(
  { cloud, name, region, make }: Deployment,
  { yes, input, output }: Questioning,
): Promise<void> {
  if (cloud === "local" || yes) return;
  if (input.isTTY !== true) {
    throw new Failure(
      `Nobody can be asked whether ${name} may go, data included. If so: ${make("destroy")} YES=1`,
      2,
    );
  }
  output.write(`This removes ${name} from AWS in ${region}, data included. Type its name to go on: `);
  const answer = await firstLine(input);
  if (answer.trim() !== name) throw new Failure("That is not its name: nothing was removed.", 2);
}

/** Not as a terminal, which would keep Ctrl-C to itself. Empty where the input ends. */
async function firstLine(input: NodeJS.ReadableStream): Promise<string> {
  const lines = createInterface({ input, terminal: false });
  const line = await new Promise<string>((resolve) =>
    lines.once("line", resolve).once("close", () => resolve("")),
  );
  lines.close();
  return line;
}
