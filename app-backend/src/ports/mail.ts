export interface Message {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

export interface Mail {
  /** Hands the message over for delivery. */
  send(message: Message): Promise<void>;
}
