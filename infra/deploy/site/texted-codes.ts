import type { SentText } from "../clouds/cloud.ts";
import { type Code, lastCodes } from "./code-lines.ts";

const lifeMs = 5 * 60_000; // textCodeLifeMs in app-backend/src/domain/text-message.ts
const shownMs = 30 * 60_000; // as long as those of mails in the journal

/** The codes of the last half hour in text messages that no one receives, for one number or all; notices have none. */
export function textedCodes(texts: readonly SentText[], now: Date, number?: string): Code[] {
  const recent = texts.filter(({ at }) => now.getTime() - at.getTime() < shownMs);
  return lastCodes(
    recent.flatMap((sent) => codeOf(sent) ?? []),
    number,
  );
}

function codeOf({ at, to, text }: SentText): Code | undefined {
  const [, digits] = /^(\d{6}) is your code/.exec(text) ?? [];
  return digits === undefined ? undefined : { at, to, subject: "Text message", digits, lifeMs };
}
