import { createInterface } from "node:readline";
import { UserError } from "../cli/user-error.ts";
import type { Deployment } from "./deployment.ts";
import { quoted } from "../cli/quoted.ts";

export interface Questioning {
  /** YES=1: the question was answered on the command line. */
  readonly yes: boolean;
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly output: NodeJS.WritableStream;
}

interface Question {
  /** The command that asks. */
  readonly target: string;
  readonly warning: () => Promise<string>;
  /** What it would do to the deployment, and what was not done where it may not. */
  readonly would: string;
  readonly undone: string;
}

/**
 * Has the person type the name of what will be destroyed in AWS. What a disposable cloud holds is removed without a question.
 * `held`: what it holds, if that is known; asked for only at a terminal.
 */
export function confirmDestroy(
  deployment: Deployment,
  questioning: Questioning,
  held: () => Promise<string | undefined> = async () => undefined,
): Promise<void> {
  return confirmName(deployment, questioning, {
    target: "destroy",
    async warning() {
      const data = await held();
      const more = data === undefined ? "" : `: ${data}`;
      return `This removes ${deployment.name} from AWS in ${deployment.region}, data included${more}.`;
    },
    would: `${deployment.name} may go, data included`,
    undone: "nothing was removed",
  });
}

/** As `confirmDestroy`, of what a backup will replace. */
export function confirmRestore(
  deployment: Deployment,
  questioning: Questioning,
  warning: string,
): Promise<void> {
  return confirmName(deployment, questioning, {
    target: "restore",
    warning: async () => warning,
    would: `what ${deployment.name} holds may be replaced`,
    undone: "nothing was replaced",
  });
}

/** As `confirmDestroy`, of another name of the site, to which its passkeys are not tied. */
export function confirmRename(
  deployment: Deployment,
  questioning: Questioning,
  warning: string,
): Promise<void> {
  return confirmName(deployment, questioning, {
    target: "deploy",
    warning: async () => warning,
    would: `the passkeys of ${deployment.name} may stop working`,
    undone: "nothing was changed",
  });
}

async function confirmName(
  { cloud, name, make }: Deployment,
  { yes, input, output }: Questioning,
  { target, warning, would, undone }: Question,
): Promise<void> {
  if (cloud.isDisposable || yes) return;
  if (input.isTTY !== true) {
    const anyway = [make(target), ...given("FROM"), ...given("TO"), "YES=1"].join(" ");
    throw new UserError(`There is no terminal to ask at whether ${would}. If so: ${anyway}`, 2);
  }
  output.write(`${await warning()} Type its name to go on: `);
  const answer = await firstLine(input);
  if (answer.trim() !== name) throw new UserError(`That is not its name: ${undone}.`, 2);
}

function given(name: "FROM" | "TO"): string[] {
  const value = process.env[name];
  return value ? [`${name}=${quoted(value)}`] : [];
}

/** Whether the person wants what is proposed; false without a terminal. */
export async function agrees(proposal: string, { yes, input, output }: Questioning): Promise<boolean> {
  if (yes || input.isTTY !== true) return false;
  output.write(`${proposal} [Y/n] `);
  const answer = (await firstLine(input)).trim().toLowerCase();
  return !["n", "no"].includes(answer);
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
