import pino, { type DestinationStream, type Logger } from "pino";

interface Options {
  /** Fields that are added to every line when it is written. */
  readonly context: () => object;
  /** @default - standard output */
  readonly destination?: DestinationStream | undefined;
}

const mostCauses = 5;
const mostOfStack = 8192;

/** JSON lines. */
export function openLog(level: string, { context: mixin, destination }: Options): Logger {
  const options = { level, base: null, mixin, serializers: { err: (error: unknown) => lineOfError(error) } };
  return destination ? pino(options, destination) : pino(options);
}

// Drivers attach whole requests to their errors, headers included: log only fields that are known to be harmless.
// A cause may be its own cause, and a stack begins with a message of any length: both are cut.
function lineOfError(error: unknown, causesLeft = mostCauses): unknown {
  if (!(error instanceof Error)) return { message: "thrown value is not an Error" };
  const code = "code" in error ? String(error.code) : undefined;
  const hasCause = error.cause !== undefined && causesLeft > 0;
  const cause = hasCause ? lineOfError(error.cause, causesLeft - 1) : undefined;
  return { name: error.name, code, stack: error.stack?.slice(0, mostOfStack), cause };
}
