import type { TokenResponse } from "../api/account.ts";

/** What tabs tell each other: who signed in or out, that the account changed, and whose turn it is to renew. */
export type SessionMessage =
  | { signedIn: TokenResponse }
  | "signed-out"
  | "changed"
  | "opened"
  | "renewing"
  | { renewed: TokenResponse };
