import type { Account } from "../api/account.ts";
import type { ApiError } from "../api/error.ts";
import { emitter } from "../emitter.ts";

export type SessionState =
  | { status: "starting" }
  | { status: "unreachable"; error: ApiError }
  | { status: "signed-out"; because?: Reason }
  | { status: "signed-in"; account: Account };

/** Why the session is over, if the person did not just sign out. */
export type Reason = "ended" | "elsewhere" | "removed";

/** The state of the session, and its subscribers. */
export function sessionState() {
  const changed = emitter();
  let state: SessionState = { status: "starting" };

  return {
    get: () => state,
    subscribe: changed.subscribe,

    become(next: SessionState) {
      state = next;
      changed.emit();
    },

    account: () => (state.status === "signed-in" ? state.account : undefined),

    isOf: (account: Account) => state.status === "signed-in" && state.account.id === account.id,
  };
}
