import { printable } from "../../../cli/printable.ts";

/** A code that the API wrote into its journal, because it mails none. */
export interface Code {
  readonly at: Date;
  readonly email: string;
  /** What the message is about, as its subject. */
  readonly subject: string;
  readonly digits: string;
}

const lifeMs = 10 * 60_000; // codeLifeMs in app-backend/src/domain/code.ts

/** The codes in a journal, for one address or all, the oldest first: of each address and subject the last, as it ends those before. */
export function codesIn(journal: string, email?: string): Code[] {
  const last = new Map<string, Code>();
  for (const line of journal.split("\n")) {
    const code = codeOf(line);
    if (code === undefined || (email !== undefined && !isSame(code.email, email))) continue;
    const key = `${code.email} ${code.subject}`;
    last.delete(key);
    last.set(key, code);
  }
  return [...last.values()];
}

function codeOf(line: string): Code | undefined {
  try {
    const { time, mail } = JSON.parse(line) as { time: number | string; mail: Record<string, string> };
    const [, digits] = /^Your code for .+ is (\d[\d ]+\d)/.exec(mail["text"] ?? "") ?? [];
    if (digits === undefined) return undefined;
    return { at: new Date(time), email: mail["to"] ?? "", subject: mail["subject"] ?? "", digits };
  } catch {
    return undefined; // another line, or one that was cut off
  }
}

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.trim().toLowerCase();
}

/** A line for each code: when it was made, for whom, the code, what for, and how long it is valid. */
export function codeLines(codes: readonly Code[], now: Date): string[] {
  const width = Math.max(...codes.map(({ email }) => email.length));
  return codes.map(({ at, email, subject, digits }) => {
    const leftMs = at.getTime() + lifeMs - now.getTime();
    const left = leftMs > 0 ? `valid for ${Math.ceil(leftMs / 60_000)} min` : "expired";
    const time = at.toISOString().replace("T", " ").slice(0, 19);
    return printable(`${time} UTC  ${email.padEnd(width)}  ${digits}  ${left}  ${subject}`);
  });
}
