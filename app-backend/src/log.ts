import pino, { type DestinationStream, type Logger } from "pino";

/** JSON lines, to standard output unless told otherwise. */
export function openLog(level: string, destination?: DestinationStream): Logger {
  const options = { level, base: null, serializers: { err: lineOfError } };
  return destination ? pino(options, destination) : pino(options);
}

// Drivers hang whole requests on their errors, headers and all: take what is known to be harmless, not what is there.
function lineOfError(error: unknown): unknown {
  if (!(error instanceof Error)) return { message: "thrown value is not an Error" };
  const code = "code" in error ? String(error.code) : undefined;
  const cause = error.cause === undefined ? undefined : lineOfError(error.cause);
  return { name: error.name, code, stack: error.stack, cause };
}
