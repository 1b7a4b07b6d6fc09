import type { Account } from "../domain/account.ts";
import { AppError } from "../domain/app-error.ts";
import type { Client } from "../domain/client.ts";
import { emailKey } from "../domain/email.ts";
import { limits } from "../domain/limit.ts";
import {
  after,
  inRetryGrace,
  isOver,
  openSession,
  refreshIdleMs,
  retryGraceBegan,
  type SessionView,
  viewSession,
} from "../domain/session.ts";
import type { Accounts } from "../ports/accounts.ts";
import type { Passwords } from "../ports/passwords.ts";
import type { SecurityLog } from "../ports/security-log.ts";
import type { Sessions } from "../ports/sessions.ts";
import type { RefreshToken, TokenHolder, Tokens } from "../ports/tokens.ts";
import { fromAddress, type Guard } from "./guard.ts";

/** What a device holds after signing in or refreshing. */
export interface SignedIn {
  readonly account: Account;
  readonly accessToken: string;
  readonly refreshToken: RefreshToken;
}

interface Dependencies {
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly passwords: Passwords;
  readonly tokens: Tokens;
  readonly guard: Guard;
  readonly securityLog: SecurityLog;
  /** Whether an address has to be confirmed before its account can be used. */
  readonly confirmationRequired: boolean;
  readonly now: () => Date;
  readonly newId: () => string;
}

export type SessionUseCases = ReturnType<typeof sessionUseCases>;

export function sessionUseCases(deps: Dependencies) {
  const { accounts, sessions, passwords, tokens, guard, securityLog, confirmationRequired, now, newId } =
    deps;

  /** Opens a session. An unknown address and a wrong password cost the same and answer the same. */
  async function signIn(email: string, password: string, client: Client): Promise<SignedIn> {
    const account = await identify(email, password, client);
    const at = now();
    const refreshToken = tokens.firstRefresh({ accountId: account.id, sessionId: newId() }, at);
    const { accountId, sessionId, reference: current } = refreshToken;
    const session = openSession({ id: sessionId, accountId, current, at, client });
    if (!(await sessions.add(session, account.passwordHash)))
      throw new AppError("bad_credentials", "password was changed meanwhile");
    securityLog("sign_in", { accountId, sessionId });
    return { account, accessToken: tokens.access(refreshToken, at), refreshToken };
  }

  /** The account whose address and password these are. */
  async function identify(email: string, password: string, client: Client): Promise<Account> {
    const ofAccount = [limits.signInOfAccount, emailKey(email)] as const;
    const ofAddress = fromAddress(limits.signInFromAddress, client);
    await guard.admit(ofAddress, ofAccount);
    const account = await accounts.getByEmail(email);
    const matches = await passwords.matches(account?.passwordHash, password);
    if (!account || !matches) {
      securityLog("sign_in_failed", { accountId: account?.id });
      throw new AppError("bad_credentials", account ? "wrong password" : "no account");
    }
    await guard.clear(ofAccount);
    await guard.giveBack(ofAddress);
    if (confirmationRequired && !account.confirmed)
      throw new AppError("not_confirmed", "address is not confirmed");
    return account;
  }

  /** Spends a refresh token for the next one, unless it is too young to be spent. */
  async function refresh(text: string): Promise<SignedIn> {
    const at = now();
    const spent = tokens.readRefresh(text, at);
    const next = (await rotate(spent, at)) ?? (await retry(spent, at));
    const account = await accounts.get(next.accountId);
    if (!account) throw new AppError("session_ended", "account is gone");
    return { account, accessToken: tokens.access(next, at), refreshToken: next };
  }

  async function rotate(spent: RefreshToken, at: Date): Promise<RefreshToken | undefined> {
    if (spent.expiresAt <= at) return undefined;
    const next = tokens.nextRefresh(spent, at);
    const won = await sessions.rotate({
      sessionId: spent.sessionId,
      from: spent.reference,
      to: next.reference,
      currentSince: retryGraceBegan(at),
      at,
      idleEndsAt: after(at, refreshIdleMs),
    });
    return won ? next : undefined;
  }

  /** The token that was handed out already: this one, or the one that took its place just now. Any other is stolen. */
  async function retry(spent: RefreshToken, at: Date): Promise<RefreshToken> {
    const session = await sessions.get(spent.sessionId);
    if (!session) throw new AppError("session_ended", "session is gone");
    if (isOver(session, at)) {
      await sessions.remove(session.id);
      throw new AppError("session_ended", "session is over");
    }
    if (spent.expiresAt <= at) throw new AppError("session_ended", "refresh token has expired");
    if (session.current === spent.reference) return spent;
    if (session.previous === spent.reference && inRetryGrace(session, at))
      return tokens.nextRefresh(spent, session.rotatedAt);
    if (session.rotatedAt > at) throw new AppError("session_ended", "was overtaken while it was under way");
    return endStolen(spent);
  }

  async function endStolen(spent: RefreshToken): Promise<never> {
    await sessions.remove(spent.sessionId);
    securityLog("refresh_reused", { accountId: spent.accountId, sessionId: spent.sessionId });
    throw new AppError("session_ended", "refresh token was replayed");
  }

  /** Ends the session of a refresh token, or all sessions of its account. Any generation will do, so no race is lost. */
  async function signOut(text: string, everywhere: boolean): Promise<void> {
    const { sessionId } = tokens.readRefresh(text, now());
    const session = await sessions.get(sessionId);
    if (!session) return;
    await (everywhere ? sessions.removeOfAccount(session.accountId) : sessions.remove(session.id));
    securityLog("sign_out", { accountId: session.accountId, sessionId });
  }

  /** The live sessions of who asks, the last used first. */
  async function list({ accountId, sessionId }: TokenHolder): Promise<SessionView[]> {
    const at = now();
    const all = await sessions.listOfAccount(accountId);
    return all.filter((session) => !isOver(session, at)).map((session) => viewSession(session, sessionId));
  }

  /** Ends one session of who asks. Another's is as absent as one that never was. */
  async function end({ accountId }: TokenHolder, sessionId: string): Promise<void> {
    const session = await sessions.get(sessionId);
    if (session?.accountId !== accountId) throw new AppError("not_found", "no such session of the account");
    await sessions.remove(sessionId);
    securityLog("session_ended", { accountId, sessionId });
  }

  /** Who sends this bearer token. Throws `not_signed_in` unless the token is in force and its session lives. */
  async function authenticate(accessToken: string): Promise<TokenHolder> {
    const at = now();
    const holder = tokens.readAccess(accessToken, at);
    const session = await sessions.get(holder.sessionId);
    if (!session || session.accountId !== holder.accountId || isOver(session, at))
      throw new AppError("not_signed_in", "session is gone or over");
    return holder;
  }

  return { signIn, refresh, signOut, list, end, authenticate };
}
