import type { ErrorCode } from "./app-error.ts";

/** How long a person may take at the provider. */
export const flowLifeMs = 10 * 60_000;

/** What is remembered of a person who was sent to a provider, in a cookie of their browser alone. */
export interface ProviderFlow {
  /** The id of the provider, and the issuer that it had then. */
  readonly provider: string;
  readonly issuer: string;
  /** Ties the answer to this flow, the token to this answer, and the code to this client. */
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  /** The session whose account gets the identity; undefined for a sign-in. */
  readonly linker: { readonly accountId: string; readonly sessionId: string } | undefined;
  /** Where to go on, as `pathAfterSignIn` returns it. */
  readonly next: string;
}

const places = /^\/(?:account|gallery|projects)(?:\/[\w-]{1,64}){0,2}$/;

/** The page to show after a sign-in: one of ours, or the first page. */
export function pathAfterSignIn(wanted: string | undefined): string {
  return wanted !== undefined && places.test(wanted) ? wanted : "/";
}

/** Why a sign-in by a provider failed, as the page is informed: nothing of it comes from the provider. */
export const flowFailures = [
  "cancelled",
  "ended",
  "refused",
  "email",
  "link",
  "taken",
  "unconfirmed",
  "limit",
  "unavailable",
  "unknown",
] as const;

export type FlowFailure = (typeof flowFailures)[number];

const failureOf: Partial<Record<ErrorCode, FlowFailure>> = {
  flow_ended: "ended",
  bad_credentials: "ended",
  not_signed_in: "ended",
  session_ended: "ended",
  provider_refused: "refused",
  email_required: "email",
  link_required: "link",
  identity_taken: "taken",
  not_confirmed: "unconfirmed",
  too_many_requests: "limit",
  unavailable: "unavailable",
  not_found: "unknown",
};

/** The failure that a refusal is shown as; undefined for one that no flow has. */
export function flowFailureOf(code: ErrorCode): FlowFailure | undefined {
  return failureOf[code];
}
