/** A text message that no one receives: an operator reads it here. */
export interface SentText {
  readonly at: string;
  /** The role that sent it; undefined: the operator. */
  readonly role: string | undefined;
  readonly to: string;
  readonly text: string;
}

const mostKept = 1000;

/** The last text messages that the emulated SNS took, the oldest first. */
export function sentTexts(now: () => Date) {
  const texts: SentText[] = [];
  return {
    list: (): readonly SentText[] => texts,
    /** Keeps what a call of SNS sent to a number, if it was taken. */
    keep(role: string | undefined, body: string, status: number): void {
      const parameters = new URLSearchParams(body);
      const to = parameters.get("PhoneNumber");
      if (parameters.get("Action") !== "Publish" || to === null || status !== 200) return;
      texts.push({ at: now().toISOString(), role, to, text: parameters.get("Message") ?? "" });
      if (texts.length > mostKept) texts.shift();
    },
  };
}

export type SentTexts = ReturnType<typeof sentTexts>;
