import { UserError } from "../../../cli/user-error.ts";
import type { Deployment } from "../../deployment.ts";
import { mailedCodesCommand } from "../hosts/host-commands.ts";
import { codesIn } from "../hosts/one-time-codes.ts";
import { hostsOf } from "../hosts/ssh.ts";
import { frontDoor } from "../hosts/front-door.ts";
import { ask } from "../../site/client.ts";
import { byTime, codeLines } from "../../site/code-lines.ts";
import { textedCodes } from "../../site/texted-codes.ts";
import { requireOutputs } from "../../terraform/state.ts";

export async function codes(deployment: Deployment): Promise<void> {
  const outputs = await requireOutputs(deployment);
  const reader = process.env["FOR"] || undefined;
  const { code, stdout, stderr } = await hostsOf(deployment, outputs).run("backend", mailedCodesCommand);
  if (code !== 0) throw new UserError(`The backend host did not answer: ${stderr.trim()}`);
  const texts = await deployment.cloud.sentTexts(`tintype-${deployment.name}`); // as host-role.ts names its role
  const found = byTime([...codesIn(stdout, reader), ...textedCodes(texts, new Date(), reader)]);
  if (found.length > 0) {
    process.stdout.write(`${codeLines(found, new Date()).join("\n")}\n`);
    return;
  }
  const door = await frontDoor(deployment, outputs);
  const settings = await ask(door, "/api/settings").catch(() => undefined);
  if (settings?.text.includes('"sendsMail":true'))
    throw new UserError("This site mails its codes: they are not in the journal.");
  throw new UserError(
    `No code was asked for in the last 30 minutes${reader === undefined ? "" : ` for ${reader}`}. ` +
      `A person gets one by registering, or at ${door.url}/forgot`,
  );
}
