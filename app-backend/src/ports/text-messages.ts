/** Why a message was not taken. `failed`: the service did not answer, or refused for a reason of its own. */
export type TextOutcome = "sent" | "opted_out" | "sandbox" | "throttled" | "failed";

export interface TextMessage {
  /** E.164. */
  readonly to: string;
  readonly text: string;
}

export interface TextMessages {
  /** Hands a message over. `sent` says that it was taken: whether it arrives is not known. Never throws. */
  send(message: TextMessage): Promise<TextOutcome>;
}
