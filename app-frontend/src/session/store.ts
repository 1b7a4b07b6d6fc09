import { accessToken } from "./access-token.ts";
import type { Account, Challenge, Credentials, SecondStep, TokenResponse } from "../api/account.ts";
import { type ApiError, isSignedOut } from "../api/error.ts";
import type { Clock } from "./clock.ts";
import { isSameEmail } from "../forms/email.ts";
import { sessionSync } from "./sync.ts";
import type { RefreshKey } from "./refresh-key.ts";
import type { SessionHint } from "./hint.ts";
import type { SessionMessage } from "./messages.ts";
import { type Reason, sessionState } from "./state.ts";

export type SessionApi = {
  signIn(credentials: Credentials): Promise<TokenResponse | { mfa: Challenge }>;
  completeSignIn(step: SecondStep): Promise<TokenResponse>;
  refresh(key: string): Promise<TokenResponse>;
  signOut(accessToken: string, everywhere: boolean): Promise<void>;
  removeAccount(accessToken: string, password: string | undefined): Promise<void>;
  getAccount(accessToken: string): Promise<Account>;
};

export type SessionStore = ReturnType<typeof sessionStore>;

/** The session of this tab, synchronized with the others. */
export function sessionStore(
  api: SessionApi,
  clock: Clock,
  hint: SessionHint,
  key: RefreshKey,
  broadcast: (message: SessionMessage) => void,
) {
  const state = sessionState();
  const token = accessToken({
    requestToken: (refreshKey) => api.refresh(refreshKey),
    key,
    clock,
    broadcast,
    // A refresh returns a new URL for the same picture: using it would load the picture again.
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

  function enter(grant: TokenResponse) {
    token.accept(grant);
    broadcast({ signedIn: grant });
  }

  /** Shows the account that `call` returns, unless it has signed out in the meantime. */
  async function show(call: (accessToken: string) => Promise<Account>) {
    const account = await token.withAccessToken(call);
    if (state.isOf(account)) state.become({ status: "signed-in", account });
  }

  const reload = () => show(api.getAccount);

  return {
    getState: state.get,
    subscribe: state.subscribe,
    withAccessToken: token.withAccessToken,

    /** Checks whether the browser still has a session. Ends in any state but `starting`; never rejects. */
    async start() {
      if (!hint.isSet()) return state.become({ status: "signed-out" });
      state.become({ status: "starting" });
      broadcast("opened");
      await token.turns.answer();
      if (token.isHeld()) return;
      await token.refresh().catch((error: ApiError) => {
        if (state.get().status === "starting") state.become({ status: "unreachable", error });
      });
    },

    /** Returns the challenge if the account has a second factor: then nothing has changed yet. */
    async signIn(credentials: Credentials): Promise<Challenge | undefined> {
      await token.settled();
      const answer = await api.signIn(credentials);
      if ("mfa" in answer) return answer.mfa;
      enter(answer);
      return undefined;
    },

    async completeSignIn(step: SecondStep) {
      await token.settled();
      enter(await api.completeSignIn(step));
    },

    /** Enters by a call that opens a session. */
    async enterBy(call: () => Promise<TokenResponse>) {
      await token.settled();
      enter(await call());
    },

    /** Rejects, still signed in, if the server cannot be reached: only the server can remove the cookie. */
    async signOut({ everywhere = false } = {}) {
      await token.answered();
      await token
        .withAccessToken((value) => api.signOut(value, everywhere))
        .catch((error: unknown) => {
          // This session has ended anyway, but the others have not: that must be reported.
          if (everywhere || !isSignedOut(error)) throw error;
        });
      leave();
    },

    /** Removes the account for good. Without a password if it has none. */
    async remove(password: string | undefined) {
      await token.answered();
      await token.withAccessToken((value) => api.removeAccount(value, password));
      leave("removed");
    },

    /** Signs out here if the account of this address is signed in: the server has ended all its sessions. */
    end(email: string) {
      const account = state.account();
      if (account && isSameEmail(account.email, email)) leave();
    },

    /** Loads the account again, with a fresh URL of its picture. */
    reload,

    /** Makes a call that changes the account, and shows the result here and in the other tabs. */
    async change(call: (accessToken: string) => Promise<Account>) {
      await show(call);
      broadcast("changed");
    },

    /** Handles a message of another tab. */
    receive: sessionSync({ state, token, forget, reload }),

    /** The page may have been suspended: timers stop then, and messages from other tabs are lost. */
    async wake() {
      if (token.isHeld()) await token.refresh().catch(() => {});
    },
  };
}
