import type { Account, Credentials, Grant } from "./api.ts";
import { ApiError, isSignedOut } from "./api-error.ts";
import { renewalDelayMs } from "./renewal.ts";

export type SessionState =
  | { status: "starting" }
  | { status: "unreachable"; error: ApiError }
  | { status: "signed-out"; because?: "ended" | "elsewhere" }
  | { status: "signed-in"; account: Account };

/** What tabs tell each other. */
export type SessionNews = "signed-in" | "signed-out";

export type SessionApi = {
  signIn(credentials: Credentials): Promise<Grant>;
  refresh(): Promise<Grant>;
  signOut(accessToken: string): Promise<void>;
  getAccount(accessToken: string): Promise<Account>;
};

export type Clock = {
  now(): number;
  /** Runs `task` after `delayMs`; gives what calls it off. */
  after(delayMs: number, task: () => void): () => void;
};

export type SessionStore = ReturnType<typeof sessionStore>;

const retryMs = 15_000;

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

  function accept({ accessToken, expiresIn, account }: Grant) {
    const delayMs = renewalDelayMs(expiresIn);
    token = { value: accessToken, staleAtMs: clock.now() + delayMs };
    renewIn(delayMs);
    // A renewal brings a new URL for the same picture: taking it would load the picture again.
    if (state.status !== "signed-in" || state.account.id !== account.id)
      become({ status: "signed-in", account });
  }

  function forget(because?: "ended" | "elsewhere") {
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
    try {
      const grant = await api.refresh();
      // Signed out while the request was under way: this answer is of the past.
      if (forgotten !== before) throw new ApiError("session_ended", { status: 401 });
      accept(grant);
      return grant.accessToken;
    } catch (error) {
      if (isSignedOut(error) && forgotten === before) forget(token && "ended");
      throw error;
    }
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
    async signOut() {
      await settled();
      await authorized(api.signOut).catch((error: unknown) => {
        if (!isSignedOut(error)) throw error;
      });
      forget();
      tellOthers("signed-out");
    },

    /** Asks for the account anew, which also renews the URL of its picture. */
    async reload() {
      become({ status: "signed-in", account: await authorized(api.getAccount) });
    },

    /** Another tab has signed in or out. */
    async hear(news: SessionNews) {
      if (news === "signed-out") return forget("elsewhere");
      await settled();
      await renew().catch(() => {});
    },

    /** The page may have slept: timers stand still then, and news from other tabs is lost. */
    async wake() {
      if (token) await renew().catch(() => {});
    },
  };
}
