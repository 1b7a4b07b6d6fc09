/** A function as it was declared, read again for each invocation so that a change counts at once. */
export interface FunctionDescription {
  /** With the version that an alias leads to, without one for `$LATEST`. */
  readonly arn: string;
  readonly name: string;
  /** A number, or `$LATEST`. */
  readonly version: string;
  readonly runtime: string;
  /** `FILE.EXPORT`, the file without its suffix. */
  readonly handler: string;
  readonly memoryMb: number;
  readonly timeoutMs: number;
  /** Size of `/tmp`. */
  readonly tmpMb: number;
  /** ARN of the role. */
  readonly role: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Base64, as Lambda's API writes it. */
  readonly codeSha256: string;
  /** The zip that has this sum. */
  readonly readCode: () => Promise<Buffer>;
  readonly logGroup: string;
  readonly logFormat: "Text" | "JSON";
  /** Undefined if the account's concurrency alone is the limit. */
  readonly reservedConcurrency: number | undefined;
  /** Of asynchronous invocations that fail: 0 to 2. */
  readonly maxRetries: number;
  /** Until then an asynchronous event is tried again. */
  readonly maxEventAgeMs: number;
}

/** What an environment is made from: it is reused only while this stays the same. */
export function environmentKey(description: FunctionDescription): string {
  const { reservedConcurrency: _1, maxRetries: _2, maxEventAgeMs: _3, ...made } = description;
  return JSON.stringify(made);
}

/** Runtimes that the bootstrap stands for. */
export const runtimes: readonly string[] = ["nodejs22.x"];
