import type { accessToken } from "./access-token.ts";
import type { TokenResponse } from "../api/account.ts";
import type { SessionMessage } from "./messages.ts";
import type { Reason, sessionState } from "./state.ts";

type Dependencies = {
  state: ReturnType<typeof sessionState>;
  token: ReturnType<typeof accessToken>;
  forget: (because: Reason) => void;
  /** Asks for the account anew. */
  reload: () => Promise<void>;
};

/** Gives what follows the news that another tab tells. */
export function sessionSync({ state, token, forget, reload }: Dependencies) {
  /** What comes of a renewal for the account before is of the past. The other tabs need none for this one. */
  function follow(grant: TokenResponse) {
    token.drop();
    token.adopt(grant);
    token.turns.endedRenewal();
  }

  function adopt(grant: TokenResponse) {
    if (state.isOf(grant.account) || state.get().status === "starting") token.adopt(grant);
    token.turns.endedRenewal();
  }

  async function reloadIfHeld() {
    await token.settled();
    if (token.isHeld()) await reload().catch(() => {});
  }

  return async (message: SessionMessage) => {
    if (message === "signed-out") return forget("elsewhere");
    if (message === "renewing") return token.turns.startedRenewal();
    if (message === "opened") return token.share(state.account());
    if (message === "changed") return reloadIfHeld();
    return "signedIn" in message ? follow(message.signedIn) : adopt(message.renewed);
  };
}
