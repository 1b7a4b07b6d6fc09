import { AppError } from "../../domain/app-error.ts";

/**
 * DynamoDB's errors for being temporarily unavailable, whatever the request.
 * docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html,
 * docs.aws.amazon.com/amazondynamodb/latest/APIReference/CommonErrors.html
 */
const notNow: ReadonlySet<string> = new Set([
  ...["InternalFailure", "InternalServerError", "ServiceUnavailable", "ServiceUnavailableException"],
  // More than a partition, an index or an account may have.
  "ProvisionedThroughputExceededException",
  ...["RequestLimitExceeded", "ThrottlingException"],
  // Credentials and rights that changed, or a clock that is wrong.
  ...["AccessDeniedException", "ExpiredTokenException", "ExpiredToken", "InvalidClientTokenId"],
  ...["InvalidSignatureException", "MissingAuthenticationTokenException", "NotAuthorized", "OptInRequired"],
  ...["RequestExpired", "UnrecognizedClientException", "CredentialsProviderError"],
  // A table that is being restored or replaced.
  "ResourceNotFoundException",
  // Of the SDK, if an answer does not come.
  ...["TimeoutError", "AbortError"],
]);

/** A request that meets another one for the same item, and may succeed a moment later. */
const conflicts: ReadonlySet<string> = new Set([
  "TransactionConflictException",
  "TransactionInProgressException",
  "ReplicatedWriteConflictException",
]);

/** Reasons of a cancelled transaction: there is not enough capacity. */
const throttled: ReadonlySet<string> = new Set(["ThrottlingError", "ProvisionedThroughputExceeded"]);

export type Cause = "not now" | "conflict" | "condition" | "too large" | "ours";

/** Why a request failed. `ours`: the request is wrong, which is a bug. */
export function causeOf(error: unknown): Cause {
  if (!(error instanceof Error)) return "ours";
  const { name, message } = error;
  if (name === "TransactionCanceledException") return causeOfCancellation(reasonsIn(error));
  if (name === "ConditionalCheckFailedException") return "condition";
  if (conflicts.has(name)) return "conflict";
  if (name === "ValidationException") return isAboutSize(message) ? "too large" : "ours";
  return notNow.has(name) || isOfNetwork(error) ? "not now" : "ours";
}

/** A condition counts only if nothing else kept the transaction from being carried out: else it is not known to be final. */
function causeOfCancellation(reasons: readonly Reason[]): Cause {
  const codes = reasons.map(({ Code = "None" }) => Code).filter((code) => code !== "None");
  if (codes.some((code) => throttled.has(code))) return "not now";
  if (codes.includes("TransactionConflict")) return "conflict";
  if (reasons.some(({ Code, Message = "" }) => Code === "ValidationError" && isAboutSize(Message)))
    return "too large";
  return codes.length > 0 && codes.every((code) => code === "ConditionalCheckFailed") ? "condition" : "ours";
}

/** Of the system, such as a name that is not resolved, or of a connection. Other codes of Node, such as ERR_INVALID_ARG_TYPE, are bugs. */
function isOfNetwork(error: Error): boolean {
  return "code" in error && /^(E(?!RR_)[A-Z_]+$|ERR_SSL_|ERR_TLS_|ERR_STREAM_)/.test(String(error.code));
}

const isAboutSize = (message: string) => /maximum allowed size/.test(message);

interface Reason {
  readonly Code?: string | undefined;
  readonly Message?: string | undefined;
}

function reasonsIn(error: Error): readonly Reason[] {
  return "CancellationReasons" in error ? ((error.CancellationReasons as Reason[] | undefined) ?? []) : [];
}

/** The error to throw for a failed request: `unavailable`, `invalid_input` for an item over 400 KB, or what was caught. */
export function dynamodbError(error: unknown): unknown {
  const cause = causeOf(error);
  if (cause === "not now") return new AppError("unavailable", "database is away", { cause: error });
  if (cause === "conflict") return new AppError("unavailable", "database is busy", { cause: error });
  if (cause === "too large") return new AppError("invalid_input", "item is too large", { cause: error });
  return error;
}
