import { AppError } from "../../domain/app-error.ts";

// What the driver and the server say when it is the database that is away or full, not the statement that is wrong.
const away = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOENT",
  "ENOTFOUND",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "PROTOCOL_CONNECTION_LOST",
  "PROTOCOL_SEQUENCE_TIMEOUT",
  "ER_CON_COUNT_ERROR",
  "ER_SERVER_SHUTDOWN",
  "ER_ACCESS_DENIED_ERROR",
  "ER_DBACCESS_DENIED_ERROR",
  "ER_BAD_DB_ERROR",
  "ER_DISK_FULL",
  "ER_RECORD_FILE_FULL",
  "ER_ERROR_ON_WRITE",
  "ER_OUT_OF_RESOURCES",
]);

// Deadlock, and a lock that another transaction kept: InnoDB rolled back, and the same may well work now.
const conflicts = new Set(["ER_LOCK_DEADLOCK", "ER_LOCK_WAIT_TIMEOUT"]);

/** The database took longer than we wait. */
export class DatabaseTimeout extends Error {
  override readonly name = "DatabaseTimeout";
}

/** Rethrows a driver error, as `unavailable` where the database is to blame. */
export function databaseError(error: unknown): never {
  if (isAway(error)) throw new AppError("unavailable", "database is away", { cause: error });
  throw error;
}

export function isAway(error: unknown): boolean {
  if (error instanceof DatabaseTimeout || isConflict(error)) return true;
  return away.has(codeOf(error)) || (error instanceof Error && error.message === "Queue limit reached.");
}

export function isConflict(error: unknown): boolean {
  return conflicts.has(codeOf(error));
}

export function isDuplicate(error: unknown): boolean {
  return codeOf(error) === "ER_DUP_ENTRY";
}

/** The driver's or the system's name for the error; empty where it has none. */
export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
