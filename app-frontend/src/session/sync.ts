import type { accessToken } from "./access-token.ts";
import type { TokenResponse } from "../api/account.ts";
import type { SessionMessage } from "./messages.ts";
import type { Reason, sessionState } from "./state.ts";

type Dependencies = {
  state: ReturnType<typeof sessionState>;
  token: ReturnType<typeof accessToken>;
  forget: (because: Reason) => void;
  /** Loads the account again. */
  reload: () => Promise<void>;
};

/** Returns the handler of messages from other tabs. */
export function sessionSync({ state, token, forget, reload }: Dependencies) {
  /** Drops a refresh in progress for the previous account. The other tabs have the new token already. */
  function follow(grant: TokenResponse) {
    token.drop();
    token.adopt(grant);
    token.turns.endedRefresh();
  }

  function adopt(grant: TokenResponse) {
    if (state.isOf(grant.account) || state.get().status === "starting") token.adopt(grant);
    token.turns.endedRefresh();
  }

  async function reloadIfHeld() {
    await token.settled();
    if (token.isHeld()) await reload().catch(() => {});
  }

  return async (message: SessionMessage) => {
    if (message === "signed-out") return forget("elsewhere");
    if (message === "renewing") return token.turns.startedRefresh();
    if (message === "opened") return token.share(state.account());
    if (message === "changed") return reloadIfHeld();
    return "signedIn" in message ? follow(message.signedIn) : adopt(message.renewed);
  };
}
