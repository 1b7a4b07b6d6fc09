import { printable } from "../../cli/printable.ts";

/** A one-time code that a site sends to no one: an operator reads it. */
export interface Code {
  readonly at: Date;
  /** An address, or the number of a phone. */
  readonly to: string;
  /** What it is for. */
  readonly subject: string;
  readonly digits: string;
  readonly lifeMs: number;
}

/** The codes for one reader or all, the oldest first: of each reader and subject the last, as it ends those before. */
export function lastCodes(codes: readonly Code[], reader?: string): Code[] {
  const last = new Map<string, Code>();
  for (const code of codes) {
    if (reader !== undefined && !isSame(code.to, reader)) continue;
    const key = `${code.to} ${code.subject}`;
    last.delete(key);
    last.set(key, code);
  }
  return [...last.values()];
}

/** The oldest first. */
export function byTime(codes: readonly Code[]): Code[] {
  return codes.toSorted((one, other) => one.at.getTime() - other.at.getTime());
}

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.trim().toLowerCase();
}

/** A line for each code: when it was made, for whom, the code, how long it is valid, and what for. */
export function codeLines(codes: readonly Code[], now: Date): string[] {
  const width = Math.max(...codes.map(({ to }) => to.length));
  return codes.map(({ at, to, subject, digits, lifeMs }) => {
    const leftMs = at.getTime() + lifeMs - now.getTime();
    const left = leftMs > 0 ? `valid for ${Math.ceil(leftMs / 60_000)} min` : "expired";
    const time = at.toISOString().replace("T", " ").slice(0, 19);
    return printable(`${time} UTC  ${to.padEnd(width)}  ${digits}  ${left}  ${subject}`);
  });
}
