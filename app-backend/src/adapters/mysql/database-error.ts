import { AppError } from "../../domain/app-error.ts";
import { conflicts, firstOfServer, notNow } from "./server-errors.ts";

// The driver's errors about the connection; errors of the operating system have a `syscall`.
const ofDriver =
  /^(ECONN|ETIMEDOUT$|EPIPE$|ENOENT$|ENOTFOUND$|PROTOCOL_|HANDSHAKE_|AUTH_SWITCH_PLUGIN_ERROR$|ERR_STREAM_)/;
const messagesOfDriver = /^(Queue limit reached|Pool is closed|Can't add new command|Unexpected packet)/;

/** The database took longer than we wait. */
export class DatabaseTimeout extends Error {
  override readonly name = "DatabaseTimeout";
}

/** Rethrows a driver error, as `unavailable` if the database is the cause. */
export function databaseError(error: unknown): never {
  if (isAway(error)) throw new AppError("unavailable", "database is away", { cause: error });
  throw error;
}

/** Whether the database is unreachable, full or busy, as opposed to a faulty statement. */
export function isAway(error: unknown): boolean {
  if (error instanceof DatabaseTimeout || isConflict(error)) return true;
  if (!(error instanceof Error)) return false;
  const number = numberOf(error);
  if (number !== undefined) return number < firstOfServer || notNow.has(number);
  return "syscall" in error || ofDriver.test(codeOf(error)) || messagesOfDriver.test(error.message);
}

/** Whether another transaction is the cause, so that a retry may succeed. */
export function isConflict(error: unknown): boolean {
  const number = error instanceof Error ? numberOf(error) : undefined;
  return number !== undefined && conflicts.has(number);
}

/** The server's error number; undefined if it did not come from the server. The system's are negative. */
function numberOf(error: Error): number | undefined {
  const isOfServer = "errno" in error && typeof error.errno === "number" && error.errno > 0;
  return isOfServer ? (error.errno as number) : undefined;
}

export function isDuplicate(error: unknown): boolean {
  return codeOf(error) === "ER_DUP_ENTRY";
}

/** The name of the unique key that refused a row; undefined for any other error. The row's values come before it. */
export function duplicateKey(error: unknown): string | undefined {
  return isDuplicate(error) ? /for key '(?:\w+\.)?(\w+)'$/.exec((error as Error).message)?.[1] : undefined;
}

/** The driver's or the system's name for the error; empty if it has none. */
export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
