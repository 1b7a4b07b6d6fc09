/**
 * How Node and AWS name that a service cannot be reached, or cannot answer now. AWS's names are those that every service
 * may return: docs.aws.amazon.com/awssupport/latest/APIReference/CommonErrors.html
 */
const outages = new Set([
  ...[
    "EAI_AGAIN",
    "ECONNREFUSED",
    "ECONNRESET",
    "EHOSTUNREACH",
    "ENETUNREACH",
    "ENOTFOUND",
    "EPIPE",
    "ETIMEDOUT",
  ],
  // The SDK's own.
  ...["AbortError", "CredentialsProviderError", "TimeoutError"],
  // Credentials that ended while the environment was frozen: the next call gets new ones.
  ...["ExpiredToken", "ExpiredTokenException", "RequestExpired"],
  ...["InternalFailure", "InternalServerError", "InternalServerException", "RequestTimeout"],
  ...["RequestTimeoutException", "ServiceUnavailable"],
  ...["ServiceUnavailableException", "Throttling", "ThrottlingException", "TooManyRequestsException"],
]);

/** Whether an error means "not now": the same call may succeed later, and no one has made a mistake. */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = "code" in error ? String(error.code) : "";
  return outages.has(error.name) || outages.has(code);
}
