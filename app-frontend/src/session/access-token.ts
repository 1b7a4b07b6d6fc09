import type { Account, TokenResponse } from "../api/account.ts";
import { ApiError, hasCode, isSignedOut } from "../api/error.ts";
import type { Clock } from "./clock.ts";
import { refreshTurns } from "./refresh-turns.ts";
import type { RefreshKey } from "./refresh-key.ts";
import { refreshDelayMs } from "./refresh-delay.ts";
import type { SessionMessage } from "./messages.ts";

type Dependencies = {
  refresh: (key: string) => Promise<TokenResponse>;
  key: RefreshKey;
  clock: Clock;
  broadcast: (message: SessionMessage) => void;
  /** Hears whose token came. */
  onGranted: (account: Account) => void;
  /** Hears that the server refused to renew; `held` says whether there was a token until then. */
  onRefused: (held: boolean) => void;
};

const retryMs = 15_000;
/** Another tab has renewed the session: its reply brings the cookie that the next try sends. */
const overtakenMs = 1_000;
const overtakenTries = 3;
/** Tabs that wake at the same moment renew at different ones, so that the first can inform the others. */
const spreadMs = 1_000;
/** How much later a tab renews a token that another tab has told it: most often that tab has done so by then. */
const followerLagMs = 10_000;

/** The access token, renewed in turn with the other tabs. It lives in this closure alone: no store, no script has it. */
export function accessToken({ refresh, key, clock, broadcast, onGranted, onRefused }: Dependencies) {
  const turns = refreshTurns(clock);
  let token: { value: string; accountId: string; staleAtMs: number; endsAtMs: number } | undefined;
  let renewal: Promise<string> | undefined;
  let dropped = 0;
  let callOffTimer = () => {};

  function renewIn(delayMs: number) {
    callOffTimer();
    const attempt = () => void renew().catch(() => token && renewIn(retryMs));
    callOffTimer = clock.after(delayMs, () => {
      callOffTimer = clock.after(clock.someOf(spreadMs), attempt);
    });
  }

  function accept({ accessToken: value, expiresIn, account }: TokenResponse, lagMs = 0) {
    const now = clock.now();
    const delayMs = refreshDelayMs(expiresIn) + lagMs;
    token = { value, accountId: account.id, staleAtMs: now + delayMs, endsAtMs: now + expiresIn * 1000 };
    renewIn(delayMs);
    onGranted(account);
  }

  /** Concurrent calls share one request: a refresh token is good for one use. */
  function renew(): Promise<string> {
    renewal ??= takeTurn().finally(() => (renewal = undefined));
    return renewal;
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
      // Signed out while the request was under way: this answer is of the past.
      if (dropped !== before) throw new ApiError("session_ended", { status: 401 });
      accept(grant);
      broadcast({ renewed: grant });
      return grant.accessToken;
    } catch (error) {
      if (!isSignedOut(error) || dropped !== before) throw error;
      // A refusal this late is of the past: another tab has told its token.
      if (token && token !== held) return token.value;
      onRefused(token !== undefined);
      throw error;
    }
  }

  /** Asks for a token. A lost reply is asked for again with the same key. */
  async function refreshed(tries = 1): Promise<TokenResponse> {
    try {
      const grant = await refresh(key.get());
      key.drop();
      return grant;
    } catch (error) {
      if (isSignedOut(error)) key.drop();
      if (!hasCode(error, "refresh_overtaken") || tries === overtakenTries) throw error;
    }
    await new Promise<void>((resolve) => void clock.after(overtakenMs, resolve));
    return refreshed(tries + 1);
  }

  /** A fresh token of `accountId`, or of anybody if that is unknown, other than `refused`. */
  async function current(accountId: string | undefined, refused?: string): Promise<string> {
    const usable = token && token.value !== refused && clock.now() < token.staleAtMs;
    const value = usable ? token!.value : await renew();
    if (accountId && token && token.accountId !== accountId) throw new ApiError("another_account");
    return value;
  }

  return {
    accept,
    renew,
    turns,
    isHeld: () => token !== undefined,

    /** Takes what another tab got; leaves the next renewal to it. */
    adopt(grant: TokenResponse) {
      if (token?.value !== grant.accessToken) accept(grant, followerLagMs);
    },

    drop() {
      dropped += 1;
      token = undefined;
      callOffTimer();
    },

    /** Answers a tab that has opened: it shall neither disturb a renewal nor need one of its own. */
    share(account: Account | undefined) {
      if (renewal) return broadcast("renewing");
      if (!account || !token || clock.now() >= token.staleAtMs) return;
      const expiresIn = (token.endsAtMs - clock.now()) / 1000;
      broadcast({ renewed: { accessToken: token.value, expiresIn, account } });
    },

    /** A late answer to a renewal would put its cookie over that of a later sign-in. */
    async settled() {
      await renewal?.catch(() => {});
    },

    /**
     * Calls with a token that is fresh, and once more with a new one if the server refuses it. Never with that of
     * another account, which the cookie may be of by now: then rejects with `another_account`.
     */
    async withAccessToken<T>(call: (accessToken: string) => Promise<T>): Promise<T> {
      const callerId = token?.accountId;
      const first = await current(callerId);
      try {
        return await call(first);
      } catch (error) {
        if (!isSignedOut(error)) throw error;
        return call(await current(callerId, first));
      }
    },
  };
}
