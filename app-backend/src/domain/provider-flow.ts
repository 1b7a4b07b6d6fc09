import type { ErrorCode } from "./app-error.ts";
import { after } from "./time.ts";

/** How long a person may take at the provider. */
export const flowLifeMs = 10 * 60_000;

/** Where a provider sends people back to a site, by the provider's id. */
export const returnAddress = (siteOrigin: string) => (id: string) =>
  `${siteOrigin}/api/auth/oidc/${id}/callback`;

/** What a signed-in person goes to a provider for. */
export type Wanted = "link" | "proof";

/** What is remembered of a person who was sent to a provider, in a cookie of their browser alone. */
export interface ProviderFlow {
  /** The id of the provider, and the issuer that it had then. */
  readonly provider: string;
  readonly issuer: string;
  /** Ties the answer to this flow, the token to this answer, and the code to this client. */
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  /** The session that left, to link an identity or to prove a linked one; undefined for a sign-in. */
  readonly caller:
    | { readonly accountId: string; readonly sessionId: string; readonly wants: Wanted }
    | undefined;
  /** Where to go on, as `pathAfterSignIn` returns it. */
  readonly next: string;
  /** When the person left, in whole seconds. */
  readonly startedAt: Date;
}

/** How much a provider's clock may be ahead of ours, or behind. */
const clockLeewayMs = 30_000;

/** Whether a person has signed in at the provider since they left for it, by what the provider says of that. */
export function isSignInOf(
  { startedAt }: ProviderFlow,
  authenticatedAt: Date | undefined,
  at: Date,
): boolean {
  if (authenticatedAt === undefined) return false;
  return authenticatedAt >= after(startedAt, -clockLeewayMs) && authenticatedAt <= after(at, clockLeewayMs);
}

const places = /^\/(?:account|gallery|projects)(?:\/[\w-]{1,64}){0,2}$/;

/** The page to show after a sign-in: one of ours, or the first page. */
export function pathAfterSignIn(wanted: string | undefined): string {
  return wanted !== undefined && places.test(wanted) ? wanted : "/";
}

/** Why a sign-in by a provider failed, as the page is informed: nothing of it comes from the provider. */
export const flowFailures = [
  "cancelled",
  "stale",
  "other",
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
