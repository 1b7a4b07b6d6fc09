import type { TokenResponse } from "../api/account.ts";

/** Messages between tabs: signing in or out, changes of the account, and turns of refreshing. */
export type SessionMessage =
  | { signedIn: TokenResponse }
  | "signed-out"
  | "changed"
  | "opened"
  | "renewing"
  | { renewed: TokenResponse };
