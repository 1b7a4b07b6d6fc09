import { AppError } from "../../domain/app-error.ts";
import { conflicts, firstOfServer, notNow } from "./server-errors.ts";

// What the driver says when the connection is at fault; what the system says has a `syscall`.
const ofDriver =
  /^(ECONN|ETIMEDOUT$|EPIPE$|ENOENT$|ENOTFOUND$|PROTOCOL_|HANDSHAKE_|AUTH_SWITCH_PLUGIN_ERROR$|ERR_STREAM_)/;
const messagesOfDriver = /^(Queue limit reached|Pool is closed|Can't add new command|Unexpected packet)/;

/** The database took longer than we wait. */
export class DatabaseTimeout extends Error {
  override readonly name = "DatabaseTimeout";
}

/** Rethrows a driver error, as `unavailable` where the database is to blame. */
export function databaseError(error: unknown): never {
  if (isAway(error)) throw new AppError("unavailable", "database is away", { cause: error });
  throw error;
}

/** Whether it is the database that is away, full or busy, not the statement that is wrong. */
export function isAway(error: unknown): boolean {
  if (error instanceof DatabaseTimeout || isConflict(error)) return true;
  if (!(error instanceof Error)) return false;
  const number = numberOf(error);
  if (number !== undefined) return number < firstOfServer || notNow.has(number);
  return "syscall" in error || ofDriver.test(codeOf(error)) || messagesOfDriver.test(error.message);
}

/** Whether another transaction is to blame, so that the same may well work now. */
export function isConflict(error: unknown): boolean {
  const number = error instanceof Error ? numberOf(error) : undefined;
  return number !== undefined && conflicts.has(number);
}

/** The server's number; undefined for an error that did not come from the server. The system's are negative. */
function numberOf(error: Error): number | undefined {
  const isOfServer = "errno" in error && typeof error.errno === "number" && error.errno > 0;
  return isOfServer ? (error.errno as number) : undefined;
}

export function isDuplicate(error: unknown): boolean {
  return codeOf(error) === "ER_DUP_ENTRY";
}

/** The driver's or the system's name for the error; empty where it has none. */
export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
