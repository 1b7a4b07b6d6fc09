import { S3ServiceException } from "@aws-sdk/client-s3";
import { AppError } from "../../domain/app-error.ts";

const network = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOTFOUND",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "EAI_AGAIN",
]);

/** Translates errors of the SDK to `unavailable`, as none is the caller's fault; returns any other unchanged. */
export function storageError(error: unknown): unknown {
  return isStorageError(error) ? new AppError("unavailable", "bucket is away", { cause: error }) : error;
}

export function rethrowStorageError(error: unknown): never {
  throw storageError(error);
}

function isStorageError(error: unknown): boolean {
  if (error instanceof S3ServiceException) return true;
  if (!(error instanceof Error)) return false;
  const isCredentials = error.name === "CredentialsProviderError";
  return (
    isCredentials || error.name === "TimeoutError" || ("code" in error && network.has(String(error.code)))
  );
}
