import { UserError } from "../../../cli/user-error.ts";
import type { SentMail } from "../../clouds/cloud.ts";
import type { Deployment } from "../../deployment.ts";
import { byTime, type Code, codeLines, lastCodes } from "../../site/code-lines.ts";
import { textedCodes } from "../../site/texted-codes.ts";
import { requireOutputs } from "../../terraform/state.ts";
import { siteDoor } from "../front-door.ts";
import type { ServerlessOutputs } from "../outputs.ts";

/** The codes in mails and text messages that the local cloud delivers to no one. */
export async function codes(deployment: Deployment): Promise<void> {
  const outputs = await requireOutputs<ServerlessOutputs>(deployment);
  const door = await siteDoor(deployment, outputs);
  const mails = await deployment.cloud.edge.sentMails(outputs.userPoolId);
  if (mails === undefined) throw new UserError("Cognito mails the codes of this site to their readers.");
  const reader = process.env["FOR"] || undefined;
  const texts = await deployment.cloud.sentTexts(`tintype-${deployment.name}-api`); // the role of the function that sends
  const found = byTime([...lastCodes(mails.map(codeOf), reader), ...textedCodes(texts, new Date(), reader)]);
  if (found.length > 0) {
    process.stdout.write(`${codeLines(found, new Date()).join("\n")}\n`);
    return;
  }
  throw new UserError(
    `No code was asked for${reader === undefined ? "" : ` for ${reader}`}. ` +
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
  return { at, to, digits: /\d{6}/.exec(text)?.[0] ?? text, ...purposes[purpose] };
}
