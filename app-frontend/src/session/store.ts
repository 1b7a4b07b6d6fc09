import { accessToken } from "./access-token.ts";
import type { Account, Credentials, TokenResponse } from "../api/account.ts";
import { type ApiError, isSignedOut } from "../api/error.ts";
import type { Clock } from "./clock.ts";
import { isSameEmail } from "../forms/email.ts";
import { sessionFollower } from "./sync.ts";
import type { RenewalKey } from "./refresh-key.ts";
import type { SessionMark } from "./hint.ts";
import type { SessionNews } from "./messages.ts";
import { type Reason, sessionState } from "./state.ts";

export type SessionApi = {
  signIn(credentials: Credentials): Promise<TokenResponse>;
  refresh(key: string): Promise<TokenResponse>;
  signOut(accessToken: string, everywhere: boolean): Promise<void>;
  removeAccount(accessToken: string, password: string): Promise<void>;
  getAccount(accessToken: string): Promise<Account>;
};

export type SessionStore = ReturnType<typeof sessionStore>;

/** Who is signed in, in this tab and in step with the others. */
export function sessionStore(
  api: SessionApi,
  clock: Clock,
  mark: SessionMark,
  key: RenewalKey,
  tellOthers: (news: SessionNews) => void,
) {
  const state = sessionState();
  const token = accessToken({
    refresh: (renewalKey) => api.refresh(renewalKey),
    key,
    clock,
    tellOthers,
    // A renewal brings a new URL for the same picture: taking it would load the picture again.
    onGranted(account) {
      mark.set();
      if (!state.isOf(account)) state.become({ status: "signed-in", account });
    },
    onRefused(held) {
      mark.clear();
      forget(held ? "ended" : undefined);
    },
  });

  function forget(because?: Reason) {
    token.drop();
    state.become(because ? { status: "signed-out", because } : { status: "signed-out" });
  }

  function leave(because?: Reason) {
    mark.clear();
    forget(because);
    tellOthers("signed-out");
  }

  /** Shows the account that `call` gives, unless it is signed out by then. */
  async function show(call: (accessToken: string) => Promise<Account>) {
    const account = await token.authorized(call);
    if (state.isOf(account)) state.become({ status: "signed-in", account });
  }

  const reload = () => show(api.getAccount);

  return {
    getState: state.get,
    subscribe: state.subscribe,
    authorized: token.authorized,

    /** Finds out whether the browser still holds a session. Ends in any state but `starting`; never rejects. */
    async start() {
      if (!mark.isSet()) return state.become({ status: "signed-out" });
      state.become({ status: "starting" });
      tellOthers("opened");
      await token.others.answer();
      if (token.isHeld()) return;
      await token.renew().catch((error: ApiError) => {
        if (state.get().status === "starting") state.become({ status: "unreachable", error });
      });
    },

    async signIn(credentials: Credentials) {
      await token.settled();
      const grant = await api.signIn(credentials);
      token.accept(grant);
      tellOthers({ signedIn: grant });
    },

    /** Rejects, still signed in, when the server cannot be told: the cookie is the server's to remove. */
    async signOut({ everywhere = false } = {}) {
      await token.settled();
      await token
        .authorized((value) => api.signOut(value, everywhere))
        .catch((error: unknown) => {
          // This session has ended all the same; the others have not, and to say so would be wrong.
          if (everywhere || !isSignedOut(error)) throw error;
        });
      leave();
    },

    /** Removes the account for good. */
    async remove(password: string) {
      await token.settled();
      await token.authorized((value) => api.removeAccount(value, password));
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
      tellOthers("changed");
    },

    /** Follows what another tab has done. */
    hear: sessionFollower({ state, token, forget, reload }),

    /** The page may have slept: timers stand still then, and news from other tabs is lost. */
    async wake() {
      if (token.isHeld()) await token.renew().catch(() => {});
    },
  };
}
