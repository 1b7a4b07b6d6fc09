import { isNativeError } from "node:util/types";

/** Something the person at the keyboard can set right. Its message says what to do; no stack is shown. */
export class UserError extends Error {
  override readonly name = "UserError";

  constructor(
    message: string,
    /** 2: nothing was begun; 1: a step failed, and running the command again continues. */
    readonly exitCode: 1 | 2 = 1,
  ) {
    super(message);
  }
}

export const diskFull =
  "The disk is full. Free some space and run the command again: it continues where it stopped.";

/** Runs a command's main function; turns what it throws into a message and an exit code. */
export async function command(main: () => Promise<void>): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", endUnread);
  try {
    await main();
  } catch (error) {
    process.exitCode = error instanceof UserError ? error.exitCode : 1;
    process.stderr.write(`\n${explain(error)}\n`);
  }
}

/** Who read what is printed may have seen enough of it: `make status | head`. */
function endUnread(error: Error): void {
  if (!isNodeError(error) || error.code !== "EPIPE") throw error;
  process.exit(process.exitCode ?? 0);
}

function explain(error: unknown): string {
  if (error instanceof UserError) return error.message;
  if (isNodeError(error) && error.code === "ENOSPC") return diskFull;
  if (isNodeError(error) && isForbidden(error)) {
    return `${error.path ?? "A file"} may not be read or written by this user (${error.code}): whose is it? A checkout has to be one's own.`;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function isForbidden({ code }: NodeJS.ErrnoException): boolean {
  return code === "EACCES" || code === "EPERM" || code === "EROFS";
}

export function isNodeError(error: unknown): error is NodeJS.ErrnoException {
  return isNativeError(error) && "code" in error;
}
