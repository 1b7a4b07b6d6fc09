import { type Code, lastCodes } from "../../site/code-lines.ts";

const lifeMs = 10 * 60_000; // codeLifeMs in app-backend/src/domain/code.ts

/** The codes that the API wrote into its journal, because it mails none. */
export function codesIn(journal: string, email?: string): Code[] {
  return lastCodes(
    journal.split("\n").flatMap((line) => codeOf(line) ?? []),
    email,
  );
}

function codeOf(line: string): Code | undefined {
  try {
    const { time, mail } = JSON.parse(line) as { time: number | string; mail: Record<string, string> };
    const [, digits] = /^Your code for .+ is (\d[\d ]+\d)/.exec(mail["text"] ?? "") ?? [];
    if (digits === undefined) return undefined;
    const { to = "", subject = "" } = mail;
    return { at: new Date(time), to, subject, digits, lifeMs };
  } catch {
    return undefined; // another line, or one that was cut off
  }
}
