import { accessToken } from "./access-token.ts";
import type { Account, Credentials, TokenResponse } from "../api/account.ts";
import { type ApiError, isSignedOut } from "../api/error.ts";
import type { Clock } from "./clock.ts";
import { isSameEmail } from "../forms/email.ts";
import { sessionSync } from "./sync.ts";
import type { RefreshKey } from "./refresh-key.ts";
import type { SessionHint } from "./hint.ts";
import type { SessionMessage } from "./messages.ts";
import { type Reason, sessionState } from "./state.ts";

export type SessionApi = {
  signIn(credentials: Credentials): Promise<TokenResponse>;
  refresh(key: string): Promise<TokenResponse>;
  signOut(accessToken: string, everywhere: boolean): Promise<void>;
  removeAccount(accessToken: string, password: string): Promise<void>;
  getAccount(accessToken: string): Promise<Account>;
};

export type SessionStore = ReturnType<typeof sessionStore>;

/** Who is signed in, in this tab and in step with the turns. */
export function sessionStore(
  api: SessionApi,
  clock: Clock,
  hint: SessionHint,
  key: RefreshKey,
  broadcast: (message: SessionMessage) => void,
) {
  const state = sessionState();
  const token = accessToken({
    refresh: (refreshKey) => api.refresh(refreshKey),
    key,
    clock,
    broadcast,
    // A renewal brings a new URL for the same picture: taking it would load the picture again.
    onGranted(account) {
      hint.set();
      if (!state.isOf(account)) state.become({ status: "signed-in", account });
    },
    onRefused(held) {
      hint.clear();
      forget(held ? "ended" : undefined);
    },
  });

  function forget(because?: Reason) {
    token.drop();
    state.become(because ? { status: "signed-out", because } : { status: "signed-out" });
  }

  function leave(because?: Reason) {
    hint.clear();
    forget(because);
    broadcast("signed-out");
  }

  /** Shows the account that `call` gives, unless it is signed out by then. */
  async function show(call: (accessToken: string) => Promise<Account>) {
    const account = await token.withAccessToken(call);
    if (state.isOf(account)) state.become({ status: "signed-in", account });
  }

  const reload = () => show(api.getAccount);

  return {
    getState: state.get,
    subscribe: state.subscribe,
    withAccessToken: token.withAccessToken,

    /** Finds out whether the browser still holds a session. Ends in any state but `starting`; never rejects. */
    async start() {
      if (!hint.isSet()) return state.become({ status: "signed-out" });
      state.become({ status: "starting" });
      broadcast("opened");
      await token.turns.answer();
      if (token.isHeld()) return;
      await token.renew().catch((error: ApiError) => {
        if (state.get().status === "starting") state.become({ status: "unreachable", error });
      });
    },

    async signIn(credentials: Credentials) {
      await token.settled();
      const grant = await api.signIn(credentials);
      token.accept(grant);
      broadcast({ signedIn: grant });
    },

    /** Rejects, still signed in, when the server cannot be told: the cookie is the server's to remove. */
    async signOut({ everywhere = false } = {}) {
      await token.settled();
      await token
        .withAccessToken((value) => api.signOut(value, everywhere))
        .catch((error: unknown) => {
          // This session has ended all the same; the others have not, and to say so would be wrong.
          if (everywhere || !isSignedOut(error)) throw error;
        });
      leave();
    },

    /** Removes the account for good. */
    async remove(password: string) {
      await token.settled();
      await token.withAccessToken((value) => api.removeAccount(value, password));
      leave("removed");
    },

    /** The server has ended every session of the account of this address: so be it here if that one is signed in. */
    end(email: string) {
      const account = state.account();
      if (account && isSameEmail(account.email, email)) leave();
    },

    /** Asks for the account anew, which also renews the URL of its picture. */
    reload,

    /** Calls what changes the account, and shows what comes of it, here and in the other tabs. */
    async change(call: (accessToken: string) => Promise<Account>) {
      await show(call);
      broadcast("changed");
    },

    /** Follows what another tab has done. */
    receive: sessionSync({ state, token, forget, reload }),

    /** The page may have slept: timers stand still then, and news from other tabs is lost. */
    async wake() {
      if (token.isHeld()) await token.renew().catch(() => {});
    },
  };
}
