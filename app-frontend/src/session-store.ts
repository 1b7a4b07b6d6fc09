import type { Account, Credentials, Grant } from "./api.ts";
import { ApiError, isSignedOut } from "./api-error.ts";
import { renewalDelayMs } from "./renewal.ts";

export type SessionState =
  | { status: "starting" }
  | { status: "unreachable"; error: ApiError }
  | { status: "signed-out"; because?: Reason }
  | { status: "signed-in"; account: Account };

/** Why nobody is signed in any more, where the person did not just ask for it. */
export type Reason = "ended" | "elsewhere" | "removed";

/** What tabs tell each other. */
export type SessionNews = "signed-in" | "signed-out" | "changed" | { renewed: Grant };

export type SessionApi = {
  signIn(credentials: Credentials): Promise<Grant>;
  refresh(): Promise<Grant>;
  signOut(accessToken: string, everywhere: boolean): Promise<void>;
  removeAccount(accessToken: string, password: string): Promise<void>;
  getAccount(accessToken: string): Promise<Account>;
};

export type Clock = {
  now(): number;
  /** Runs `task` after `delayMs`; gives what calls it off. */
  after(delayMs: number, task: () => void): () => void;
};

export type SessionStore = ReturnType<typeof sessionStore>;

const retryMs = 15_000;
/** How much later a tab renews a token that another tab has told it: most often that tab has done so by then. */
const followerLagMs = 10_000;

/** Who is signed in. The access token lives in this closure alone: no script can read it from a store. */
export function sessionStore(api: SessionApi, clock: Clock, tellOthers: (news: SessionNews) => void) {
  const listeners = new Set<() => void>();
  let state: SessionState = { status: "starting" };
  let token: { value: string; staleAtMs: number } | undefined;
  let renewal: Promise<string> | undefined;
  let forgotten = 0;
  let callOffTimer = () => {};

  function become(next: SessionState) {
    state = next;
    for (const listener of listeners) listener();
  }

  function renewIn(delayMs: number) {
    callOffTimer();
    callOffTimer = clock.after(delayMs, () => void renew().catch(() => token && renewIn(retryMs)));
  }

  function accept({ accessToken, expiresIn, account }: Grant, lagMs = 0) {
    const delayMs = renewalDelayMs(expiresIn) + lagMs;
    token = { value: accessToken, staleAtMs: clock.now() + delayMs };
    renewIn(delayMs);
    // A renewal brings a new URL for the same picture: taking it would load the picture again.
    if (state.status !== "signed-in" || state.account.id !== account.id)
      become({ status: "signed-in", account });
  }

  function forget(because?: Reason) {
    forgotten += 1;
    token = undefined;
    callOffTimer();
    become(because ? { status: "signed-out", because } : { status: "signed-out" });
  }

  /** Concurrent calls share one request: a refresh token is good for one use. */
  function renew(): Promise<string> {
    renewal ??= exchange().finally(() => (renewal = undefined));
    return renewal;
  }

  async function exchange(): Promise<string> {
    const before = forgotten;
    const held = token;
    try {
      const grant = await api.refresh();
      // Signed out while the request was under way: this answer is of the past.
      if (forgotten !== before) throw new ApiError("session_ended", { status: 401 });
      accept(grant);
      tellOthers({ renewed: grant });
      return grant.accessToken;
    } catch (error) {
      if (!isSignedOut(error) || forgotten !== before) throw error;
      // Tabs that wake together spend the same cookie, and the slowest may be refused. Another one has told its token.
      if (token && token !== held) return token.value;
      forget(token && "ended");
      throw error;
    }
  }

  function adopt(grant: Grant) {
    const mine = state.status === "signed-in" && state.account.id === grant.account.id;
    if (mine || state.status === "starting") accept(grant, followerLagMs);
  }

  /** A late answer to a renewal would put its cookie over that of a later sign-in. */
  async function settled() {
    await renewal?.catch(() => {});
  }

  /** Calls with a token that is fresh, and once more with a new one if the server refuses it. */
  async function authorized<T>(call: (accessToken: string) => Promise<T>): Promise<T> {
    const first = token && clock.now() < token.staleAtMs ? token.value : await renew();
    try {
      return await call(first);
    } catch (error) {
      if (!isSignedOut(error)) throw error;
      return call(token && token.value !== first ? token.value : await renew());
    }
  }

  /** Shows the account that `call` gives, unless somebody signed out meanwhile. */
  async function show(call: (accessToken: string) => Promise<Account>) {
    const before = forgotten;
    const account = await authorized(call);
    if (forgotten === before) become({ status: "signed-in", account });
  }

  function leave(because?: Reason) {
    forget(because);
    tellOthers("signed-out");
  }

  return {
    getState: () => state,

    subscribe(listener: () => void) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },

    authorized,

    /** Finds out whether the browser still holds a session. Ends in any state but `starting`; never rejects. */
    async start() {
      become({ status: "starting" });
      await renew().catch((error: ApiError) => {
        if (state.status === "starting") become({ status: "unreachable", error });
      });
    },

    async signIn(credentials: Credentials) {
      await settled();
      accept(await api.signIn(credentials));
      tellOthers("signed-in");
    },

    /** Rejects, still signed in, when the server cannot be told: the cookie is the server's to remove. */
    async signOut({ everywhere = false } = {}) {
      await settled();
      await authorized((token) => api.signOut(token, everywhere)).catch((error: unknown) => {
        if (!isSignedOut(error)) throw error;
      });
      leave();
    },

    /** Removes the account for good. */
    async remove(password: string) {
      await settled();
      await authorized((token) => api.removeAccount(token, password));
      leave("removed");
    },

    /** The server has ended every session of this account: so be it here. */
    end() {
      if (state.status === "signed-in") leave();
    },

    /** Asks for the account anew, which also renews the URL of its picture. */
    reload: () => show(api.getAccount),

    /** Calls what changes the account, and shows what comes of it, here and in the other tabs. */
    async change(call: (accessToken: string) => Promise<Account>) {
      await show(call);
      tellOthers("changed");
    },

    /** Follows what another tab has done. */
    async hear(news: SessionNews) {
      if (news === "signed-out") return forget("elsewhere");
      if (typeof news === "object") return adopt(news.renewed);
      await settled();
      if (news === "signed-in") await renew().catch(() => {});
      else if (token) await show(api.getAccount).catch(() => {});
    },

    /** The page may have slept: timers stand still then, and news from other tabs is lost. */
    async wake() {
      if (token) await renew().catch(() => {});
    },
  };
}
