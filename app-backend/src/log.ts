import pino, { type DestinationStream, type Logger } from "pino";

interface Options {
  /** Fields that are added to every line when it is written. */
  readonly context: () => object;
  /** @default - standard output */
  readonly destination?: DestinationStream | undefined;
}

/** JSON lines. */
export function openLog(level: string, { context: mixin, destination }: Options): Logger {
  const options = { level, base: null, mixin, serializers: { err: lineOfError } };
  return destination ? pino(options, destination) : pino(options);
}

// Drivers attach whole requests to their errors, headers included: log only fields that are known to be harmless.
function lineOfError(error: unknown): unknown {
  if (!(error instanceof Error)) return { message: "thrown value is not an Error" };
  const code = "code" in error ? String(error.code) : undefined;
  const cause = error.cause === undefined ? undefined : lineOfError(error.cause);
  return { name: error.name, code, stack: error.stack, cause };
}
