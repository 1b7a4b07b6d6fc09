import { AuthorizationResponseError, ClientError, ResponseBodyError } from "openid-client";

/** Codes of the library for a provider that does not answer as one does. */
const away: ReadonlySet<unknown> = new Set([
  undefined,
  "OAUTH_ABORT",
  "OAUTH_TIMEOUT",
  "OAUTH_RESPONSE_IS_NOT_CONFORM",
  "OAUTH_RESPONSE_IS_NOT_JSON",
  "OAUTH_PARSE_ERROR",
]);

/**
 * Whether an answer was refused because it is not the one of its flow, as opposed to a provider that is away or does not
 * know this client.
 */
export function isRefusal(error: unknown): boolean {
  if (error instanceof AuthorizationResponseError) return true;
  if (error instanceof ResponseBodyError) return error.error === "invalid_grant";
  return error instanceof ClientError && !away.has(error.code);
}

/** What an operator needs to know. Of the provider's own text only the code that RFC 6749 defines: the rest may be anything. */
export function describe(error: unknown): string {
  if (error instanceof ResponseBodyError || error instanceof AuthorizationResponseError)
    return /^[a-z_]{1,40}$/.test(error.error) ? error.error : error.name;
  if (!(error instanceof Error)) return "unknown error";
  return "code" in error && typeof error.code === "string" ? `${error.name} ${error.code}` : error.name;
}
