import { UserError } from "../../../cli/user-error.ts";
import type { SentMail } from "../../clouds/cloud.ts";
import type { Deployment } from "../../deployment.ts";
import { type Code, codeLines, lastCodes } from "../../site/code-lines.ts";
import { requireOutputs } from "../../terraform/state.ts";
import { siteDoor } from "../front-door.ts";
import type { ServerlessOutputs } from "../outputs.ts";

/** The codes in mails that the local cloud delivers to no one. */
export async function codes(deployment: Deployment): Promise<void> {
  const outputs = await requireOutputs<ServerlessOutputs>(deployment);
  const door = await siteDoor(deployment, outputs);
  const mails = await deployment.cloud.edge.sentMails(outputs.userPoolId);
  if (mails === undefined) throw new UserError("Cognito mails the codes of this site to their readers.");
  const email = process.env["FOR"] || undefined;
  const found = lastCodes(mails.map(codeOf), email);
  if (found.length > 0) {
    process.stdout.write(`${codeLines(found, new Date()).join("\n")}\n`);
    return;
  }
  throw new UserError(
    `No code was asked for${email === undefined ? "" : ` for ${email}`}. ` +
      `A person gets one by registering, or at ${door.url}/forgot`,
  );
}

const hourMs = 3_600_000;
/** Pools have one template for all mails. Lives: https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html */
const purposes = {
  confirm: { subject: "Confirm your address, or choose a new password", lifeMs: 24 * hourMs },
  reset: { subject: "Choose a new password", lifeMs: hourMs },
};

function codeOf({ at, to, text, purpose }: SentMail): Code {
  return { at, email: to, digits: /\d{6}/.exec(text)?.[0] ?? text, ...purposes[purpose] };
}
