import { duration } from "../../../cli/duration.ts";
import { printable } from "../../../cli/printable.ts";
import { UserError } from "../../../cli/user-error.ts";
import type { Deployment } from "../../deployment.ts";
import { requireOutputs } from "../../terraform/state.ts";
import { siteDoor } from "../front-door.ts";
import type { ServerlessOutputs } from "../outputs.ts";

const shownForMs = 30 * 60_000;

/** The codes in mails that the local cloud delivers to no one. */
export async function codes(deployment: Deployment): Promise<void> {
  const outputs = await requireOutputs<ServerlessOutputs>(deployment);
  const door = await siteDoor(deployment, outputs);
  const mails = await deployment.cloud.edge.sentMails(outputs.userPoolId);
  if (mails === undefined) throw new UserError("Cognito mails the codes of this site to their readers.");
  const email = process.env["FOR"] || undefined;
  const now = Date.now();
  const found = mails.filter(
    ({ at, to }) => now - at.getTime() < shownForMs && (email === undefined || to === email),
  );
  if (found.length === 0) {
    throw new UserError(
      `No code was asked for in the last 30 minutes${email === undefined ? "" : ` for ${email}`}. ` +
        `A person gets one by registering, or at ${door.url}/forgot`,
    );
  }
  for (const { at, to, text } of found) {
    const code = /\d{6}/.exec(text)?.[0] ?? text;
    process.stdout.write(printable(`${code}  ${to}  ${duration((now - at.getTime()) / 1000)} ago`) + "\n");
  }
}
