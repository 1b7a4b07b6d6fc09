import type { Account, TokenResponse } from "../api/account.ts";
import { ApiError, hasCode, isSignedOut } from "../api/error.ts";
import type { Clock } from "./clock.ts";
import { refreshTurns } from "./refresh-turns.ts";
import type { RefreshKey } from "./refresh-key.ts";
import { refreshDelayMs } from "./refresh-delay.ts";
import type { SessionMessage } from "./messages.ts";

type Dependencies = {
  requestToken: (key: string) => Promise<TokenResponse>;
  key: RefreshKey;
  clock: Clock;
  broadcast: (message: SessionMessage) => void;
  /** Called with the account of each new token. */
  onGranted: (account: Account) => void;
  /** Called when the server refuses to refresh; `held` is whether there was a token until then. */
  onRefused: (held: boolean) => void;
};

const retryMs = 15_000;
/** Another tab has refreshed the session: its response sets the cookie that the next attempt sends. */
const overtakenMs = 1_000;
const overtakenTries = 3;
/** Tabs that wake together refresh at different moments, so that the first can inform the others. */
const spreadMs = 1_000;
/** How long a sign-out waits for calls that are in progress. */
const answeredMs = 3_000;
/** How much later a tab refreshes a token that came from another tab, which usually refreshes it first. */
const followerLagMs = 10_000;

/** The access token, refreshed in turn with the other tabs. It exists only in this closure and is never stored. */
export function accessToken({ requestToken, key, clock, broadcast, onGranted, onRefused }: Dependencies) {
  const turns = refreshTurns(clock);
  let token: { value: string; accountId: string; staleAtMs: number; endsAtMs: number } | undefined;
  let inFlight: Promise<string> | undefined;
  /** With a token, and not yet answered. */
  const calls = new Set<Promise<unknown>>();
  let dropped = 0;
  let callOffTimer = () => {};

  function refreshIn(delayMs: number) {
    callOffTimer();
    const attempt = () => void refresh().catch(() => token && refreshIn(retryMs));
    callOffTimer = clock.after(delayMs, () => {
      callOffTimer = clock.after(clock.someOf(spreadMs), attempt);
    });
  }

  function accept({ accessToken: value, expiresIn, account }: TokenResponse, lagMs = 0) {
    const now = clock.now();
    const delayMs = refreshDelayMs(expiresIn) + lagMs;
    token = { value, accountId: account.id, staleAtMs: now + delayMs, endsAtMs: now + expiresIn * 1000 };
    refreshIn(delayMs);
    onGranted(account);
  }

  /** Concurrent calls share one request: a refresh token can be used once. */
  function refresh(): Promise<string> {
    inFlight ??= takeTurn().finally(() => (inFlight = undefined));
    return inFlight;
  }

  async function takeTurn(): Promise<string> {
    const before = dropped;
    const held = token;
    await turns.turn();
    if (dropped !== before) throw new ApiError("session_ended", { status: 401 });
    if (token && token !== held) return token.value;
    broadcast("renewing");
    try {
      const grant = await refreshed();
      // Signed out while the request was in flight: discard this answer.
      if (dropped !== before) throw new ApiError("session_ended", { status: 401 });
      accept(grant);
      broadcast({ renewed: grant });
      return grant.accessToken;
    } catch (error) {
      if (!isSignedOut(error) || dropped !== before) throw error;
      // Outdated refusal: another tab has sent its token in the meantime.
      if (token && token !== held) return token.value;
      onRefused(token !== undefined);
      throw error;
    }
  }

  /** Requests a token. After a lost response the next attempt sends the same key. */
  async function refreshed(tries = 1): Promise<TokenResponse> {
    try {
      const grant = await requestToken(key.get());
      key.drop();
      return grant;
    } catch (error) {
      if (isSignedOut(error)) key.drop();
      if (!hasCode(error, "refresh_overtaken") || tries === overtakenTries) throw error;
    }
    await new Promise<void>((resolve) => void clock.after(overtakenMs, resolve));
    return refreshed(tries + 1);
  }

  /** A fresh token of `accountId`, or of any account if that is undefined, other than `refused`. */
  async function current(accountId: string | undefined, refused?: string): Promise<string> {
    const usable = token && token.value !== refused && clock.now() < token.staleAtMs;
    const value = usable ? token!.value : await refresh();
    if (accountId && token && token.accountId !== accountId) throw new ApiError("another_account");
    return value;
  }

  /** Waits for a refresh in progress: its late answer would overwrite the cookie of a later sign-in. */
  async function settled(): Promise<void> {
    await inFlight?.catch(() => {});
  }

  async function callWithToken<T>(call: (accessToken: string) => Promise<T>): Promise<T> {
    const callerId = token?.accountId;
    const first = await current(callerId);
    try {
      return await call(first);
    } catch (error) {
      if (!isSignedOut(error)) throw error;
      return call(await current(callerId, first));
    }
  }

  return {
    accept,
    refresh,
    turns,
    isHeld: () => token !== undefined,

    /** Uses another tab's token, and leaves the next refresh to that tab. */
    adopt(grant: TokenResponse) {
      if (token?.value !== grant.accessToken) accept(grant, followerLagMs);
    },

    drop() {
      dropped += 1;
      token = undefined;
      callOffTimer();
    },

    /** Answers a tab that has just opened, so that it does not refresh at the same time or without need. */
    share(account: Account | undefined) {
      if (inFlight) return broadcast("renewing");
      if (!account || !token || clock.now() >= token.staleAtMs) return;
      const expiresIn = (token.endsAtMs - clock.now()) / 1000;
      broadcast({ renewed: { accessToken: token.value, expiresIn, account } });
    },

    settled,

    /**
     * Waits for a refresh in progress, and for a limited time for calls: the end of the session would refuse them, a save
     * among them.
     */
    async answered() {
      await settled();
      let callOff = () => {};
      const late = new Promise<void>((resolve) => (callOff = clock.after(answeredMs, resolve)));
      await Promise.race([Promise.allSettled(calls), late]);
      callOff();
    },

    /**
     * Calls with a fresh token, and once more with a new one if the server refuses it. Never with a token of
     * another account, if the cookie has changed in the meantime: then it rejects with `another_account`.
     */
    withAccessToken<T>(call: (accessToken: string) => Promise<T>): Promise<T> {
      const answer = callWithToken(call).finally(() => calls.delete(answer));
      calls.add(answer);
      return answer;
    },
  };
}
