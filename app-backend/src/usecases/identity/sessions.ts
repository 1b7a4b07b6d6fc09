import type { Account } from "../../domain/account.ts";
import { AppError, type ErrorCode } from "../../domain/app-error.ts";
import { challengeLifeMs, type ChallengeView } from "../../domain/challenge.ts";
import type { Client } from "../../domain/client.ts";
import { factorsOf, proofBy, type Proof, type StoredFactors } from "../../domain/factor.ts";
import { limits } from "../../domain/limit.ts";
import {
  inOverlap,
  isFresh,
  isOver,
  openSession,
  overlapBegan,
  refreshIdleMs,
  type Session,
  type SessionView,
  viewSession,
} from "../../domain/session.ts";
import { after } from "../../domain/time.ts";
import type { AccessToken, AccessTokens } from "../../ports/access-tokens.ts";
import type { Accounts } from "../../ports/accounts.ts";
import type { AuditLog } from "../../ports/audit-log.ts";
import type { ChallengeTokens } from "../../ports/challenge-tokens.ts";
import type { Challenges } from "../../ports/challenges.ts";
import type { Factors } from "../../ports/factors.ts";
import type { IdentityProvider } from "../../ports/identity-provider.ts";
import type { Sessions } from "../../ports/sessions.ts";
import type { RefreshToken, TokenHolder, Tokens } from "../../ports/tokens.ts";
import { type Attempt, fromAddress, type RateLimiter } from "../rate-limiter.ts";
import type { BearerSessions } from "./bearer-sessions.ts";
import type { FactorProof, GivenFactor } from "./factor-proof.ts";

/** What a device holds after signing in or refreshing. */
export interface SignedIn {
  readonly account: Account;
  readonly accessToken: string;
  readonly refreshToken: RefreshToken;
}

/** What a device holds after its first step, if a second one is needed. */
export interface Challenged {
  readonly mfa: ChallengeView;
}

interface Dependencies {
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly factors: Factors;
  readonly challenges: Challenges;
  readonly challengeTokens: ChallengeTokens;
  /** Undefined: no account can add a second factor, and a challenge cannot be answered. */
  readonly factorProof: FactorProof | undefined;
  readonly identity: IdentityProvider;
  readonly tokens: Tokens;
  /** Reads access tokens: ours, and the identity provider's if it signs some. @default - `tokens` */
  readonly accessTokens?: AccessTokens | undefined;
  /** Sessions of the identity provider's tokens. @default - it signs none */
  readonly bearerSessions?: BearerSessions | undefined;
  readonly rateLimiter: RateLimiter;
  readonly auditLog: AuditLog;
  /** Whether an address has to be confirmed before its account can be used. */
  readonly confirmationRequired: boolean;
  readonly now: () => Date;
  readonly newId: () => string;
}

/** Attempts at an account's password. */
interface Counted {
  readonly ofAccount: Attempt;
  readonly ofAddress: Attempt;
}

export type SessionUseCases = ReturnType<typeof sessionUseCases>;

export function sessionUseCases(deps: Dependencies) {
  const { accounts, sessions, identity, tokens, bearerSessions, rateLimiter, auditLog, now, newId } = deps;
  const { factors, challenges, challengeTokens, factorProof } = deps;

  /**
   * Opens a session, or a challenge if the account has a second factor. An unknown address and a wrong password take the
   * same time and return the same error.
   */
  async function signIn(email: string, password: string, client: Client): Promise<SignedIn | Challenged> {
    const { account, counted } = await identify(email, password, client);
    return admit(account, ["password"], client, { counted });
  }

  /** The account whose address and password these are, and the attempts, which stay counted. */
  async function identify(email: string, password: string, client: Client) {
    const ofAccount = await rateLimiter.ofAccount(limits.signInOfAccount, email, client);
    const ofAddress = fromAddress(limits.signInFromAddress, client);
    const { account, matches } = await rateLimiter.judge([ofAddress, ofAccount], async () => {
      const found = await accounts.getByEmail(email);
      return { account: found, matches: await identity.authenticate(found, password) };
    });
    if (!account || !matches) {
      auditLog("sign_in_failed", { accountId: account?.id });
      throw new AppError("bad_credentials", account ? "wrong password" : "no account");
    }
    return { account, counted: { ofAccount, ofAddress } };
  }

  /**
   * Opens a session of an account by what was proven, or a challenge if it has a second factor. `counted` are the attempts
   * that a session clears. With `isSufficient` no second factor is asked for. Throws `not_confirmed`.
   */
  async function admit(
    account: Account,
    proofs: readonly Proof[],
    client: Client,
    { counted, isSufficient = false }: { counted?: Counted; isSufficient?: boolean } = {},
  ): Promise<SignedIn | Challenged> {
    const stored = await factors.get(account.id);
    const [factor] = isSufficient ? [] : factorsOf(stored);
    // Until the second step the attempt counts: it takes one challenge of few from the owner.
    if (!factor && counted) await forgive(counted);
    if (deps.confirmationRequired && !account.confirmed)
      throw new AppError("not_confirmed", "address is not confirmed");
    if (factor) return challenge(account, proofs, stored);
    await rateLimiter.know(account.email, client);
    const { refreshToken, session } = newSession(account, proofs, client);
    await sessions.add(session);
    // A factor that was added since ended only the sessions that existed, as a password that was replaced does.
    if (!isSufficient && factorsOf(await factors.get(account.id)).length > 0) {
      await sessions.remove(refreshToken);
      throw new AppError("bad_credentials", "a second factor was added since the password was judged");
    }
    return answer(account, refreshToken, session, "bad_credentials");
  }

  /** Clears what was counted for a right password. */
  async function forgive({ ofAccount, ofAddress }: Counted): Promise<void> {
    await rateLimiter.clear(ofAccount);
    await rateLimiter.refund(ofAddress);
  }

  async function challenge(
    { id: accountId, credentialVersion }: Account,
    proofs: readonly Proof[],
    stored: StoredFactors,
  ): Promise<Challenged> {
    const at = now();
    const opened = { id: newId(), accountId, credentialVersion, proofs, endsAt: after(at, challengeLifeMs) };
    await challenges.add(opened, at);
    auditLog("sign_in_challenged", { accountId });
    const token = challengeTokens.sign(opened, at);
    return { mfa: { token, factors: factorsOf(stored), expiresIn: challengeLifeMs / 1000 } };
  }

  /** Opens the session of a challenge by a second factor. Throws `challenge_over`, and what `FactorProof.prove` throws. */
  async function complete(token: string, given: GivenFactor, client: Client): Promise<SignedIn> {
    const at = now();
    const over = () => new AppError("challenge_over", "challenge is spent, or has expired");
    const stated = challengeTokens.read(token, at);
    const [opened, account, stored] = await Promise.all([
      challenges.get(stated, at),
      accounts.get(stated.accountId),
      factors.get(stated.accountId),
    ]);
    if (!factorProof || !opened || account?.credentialVersion !== opened.credentialVersion) throw over();
    const { refreshToken, session } = newSession(account, opened.proofs, client);
    await factorProof.prove(account, stored, given, client, {
      purpose: { kind: "second-step", accountId: account.id, of: opened.id },
      async begin() {
        if (!(await challenges.takeTry(opened, at))) throw over();
      },
      async spend(spend) {
        const proofs = [...opened.proofs, proofBy(spend)];
        const outcome = await challenges.redeem(opened, spend, { ...session, proofs });
        if (outcome === "over") throw over();
        return outcome === "done";
      },
    });
    if (opened.proofs.includes("password"))
      await forgive({
        ofAccount: await rateLimiter.ofAccount(limits.signInOfAccount, account.email, client),
        ofAddress: fromAddress(limits.signInFromAddress, client),
      });
    await rateLimiter.know(account.email, client);
    return answer(account, refreshToken, session, "challenge_over");
  }

  function newSession(account: Account, proofs: readonly Proof[], client: Client) {
    const at = now();
    const { id: accountId, credentialVersion } = account;
    const refreshToken = tokens.firstRefresh({ accountId, sessionId: newId() }, at);
    const { sessionId: id, reference: current } = refreshToken;
    const session = openSession({ id, accountId, credentialVersion, current, at, client, proofs });
    return { refreshToken, session };
  }

  /** What a device gets of a session that was stored. */
  async function answer(
    account: Account,
    refreshToken: RefreshToken,
    { createdAt: at }: Session,
    refusal: ErrorCode,
  ): Promise<SignedIn> {
    // A password that was replaced since ended only the sessions that existed: this one is checked after it was added.
    const stored = await sessions.get(refreshToken);
    if (!stored || isOver(stored, at)) {
      await sessions.remove(refreshToken);
      throw new AppError(refusal, "password was changed while it was verified");
    }
    const { accountId, sessionId } = refreshToken;
    auditLog("sign_in", { accountId, sessionId });
    return { account, accessToken: tokens.access(refreshToken, at), refreshToken };
  }

  /**
   * Exchanges a refresh token for the next one, unless it is too young to be rotated. A client that lost the reply repeats
   * the call with the same key, a secret made for that one call; without a key the reply cannot be repeated.
   */
  async function refresh(text: string, key: string = newId()): Promise<SignedIn> {
    const at = now();
    const spent = tokens.readRefresh(text, at);
    const account = await accounts.get(spent.accountId);
    if (!account) throw new AppError("session_ended", "account is gone");
    const { credentialVersion } = account;
    const next = (await rotate(spent, key, credentialVersion, at)) ?? (await retry(spent, key, at));
    return { account, accessToken: tokens.access(next, at), refreshToken: next };
  }

  async function rotate(
    spent: RefreshToken,
    key: string,
    credentialVersion: number,
    at: Date,
  ): Promise<RefreshToken | undefined> {
    if (spent.expiresAt <= at) return undefined;
    const next = tokens.nextRefresh(spent, at, key);
    const won = await sessions.rotate({
      accountId: spent.accountId,
      sessionId: spent.sessionId,
      credentialVersion,
      from: spent.reference,
      to: next.reference,
      currentSince: overlapBegan(at),
      at,
      idleEndsAt: after(at, refreshIdleMs),
    });
    return won ? next : undefined;
  }

  /** The token that was already issued: this one, or the one that replaced it. Any other is stolen. */
  async function retry(spent: RefreshToken, key: string, at: Date): Promise<RefreshToken> {
    const session = await sessions.get(spent);
    if (!session) throw new AppError("session_ended", "session is gone");
    if (isOver(session, at)) {
      await sessions.remove(spent);
      throw new AppError("session_ended", "session is over");
    }
    if (spent.expiresAt <= at) throw new AppError("session_ended", "refresh token has expired");
    if (session.current === spent.reference) return spent;
    if (session.previous === spent.reference) {
      const next = tokens.nextRefresh(spent, session.rotatedAt, key);
      const isRepetition = next.reference === session.current; // the key made this token, and an eavesdropper has no key
      if (isRepetition || inOverlap(session, at)) {
        await sessions.noteRetry(spent, at);
        auditLog(isRepetition ? "refresh_retried" : "refresh_overtaken", {
          accountId: session.accountId,
          sessionId: session.id,
        });
        if (isRepetition) return next;
        throw new AppError("refresh_overtaken", "another request has replaced the token");
      }
    }
    if (session.rotatedAt > at)
      throw new AppError("session_ended", "token was rotated while the request was in progress");
    return endStolen(spent);
  }

  async function endStolen(spent: RefreshToken): Promise<never> {
    await sessions.remove(spent);
    auditLog("refresh_reused", { accountId: spent.accountId, sessionId: spent.sessionId });
    throw new AppError("session_ended", "refresh token was replayed");
  }

  /**
   * Ends the session of a refresh token, or all sessions of its account. The token before the current one is accepted, so
   * that a concurrent rotation does no harm; an older one is stolen. Throws `session_ended` if it is, or if all sessions
   * should end and the token belongs to no live session.
   */
  async function signOut(text: string, everywhere: boolean): Promise<void> {
    const at = now();
    const spent = tokens.readRefresh(text, at);
    const session = await sessions.get(spent);
    const isAlive = session && !isOver(session, at) && spent.expiresAt > at;
    if (!isAlive) {
      if (session) await sessions.remove(spent);
      if (everywhere) throw new AppError("session_ended", "session is gone or over");
      return;
    }
    if (![session.current, session.previous].includes(spent.reference)) return endStolen(spent);
    await (everywhere ? sessions.removeOfAccount(spent.accountId) : sessions.remove(spent));
    auditLog("sign_out", { accountId: session.accountId, sessionId: session.id });
  }

  /** Ends the session of a bearer token. Throws `not_signed_in` unless `authenticate` accepts it. */
  async function signOutBearer(accessToken: string): Promise<TokenHolder> {
    const holder = await authenticate(accessToken);
    await sessions.remove(holder);
    auditLog("sign_out", holder);
    return holder;
  }

  /** The caller's live sessions, the last used first. */
  async function list({ accountId, sessionId }: TokenHolder): Promise<SessionView[]> {
    const at = now();
    const all = await sessions.listOfAccount(accountId);
    return all
      .filter((session) => !isOver(session, at))
      .map((session) => viewSession(session, sessionId, at));
  }

  /** Ends one of the caller's sessions. Throws `not_found` for any other, whether it exists or not. */
  async function end({ accountId }: TokenHolder, sessionId: string): Promise<void> {
    const key = { accountId, sessionId };
    if (!(await sessions.get(key))) throw new AppError("not_found", "no such session of the account");
    await sessions.remove(key);
    auditLog("session_ended", { accountId, sessionId });
  }

  /** What an access token states, ours or the identity provider's. Throws `not_signed_in` unless it is valid. */
  async function readAccess(accessToken: string, at: Date): Promise<AccessToken> {
    return deps.accessTokens ? deps.accessTokens.read(accessToken, at) : tokens.readAccess(accessToken, at);
  }

  /** The holder of an access token, whose session is alive if the identity provider signed it. */
  async function holderOf(accessToken: string, at: Date) {
    const token = await readAccess(accessToken, at);
    const ofProvider = await bearerSessions?.authenticate(token, accessToken, at);
    const holder = ofProvider ?? { accountId: token.subject, sessionId: token.sessionId };
    return { holder, isOfProvider: ofProvider !== undefined };
  }

  /** The holder of a bearer token, ours or the identity provider's. Throws `not_signed_in` unless the token is valid and its session is alive. */
  async function authenticate(accessToken: string): Promise<TokenHolder> {
    const at = now();
    const { holder, isOfProvider } = await holderOf(accessToken, at);
    if (isOfProvider) return holder;
    const session = await sessions.get(holder);
    if (!session || isOver(session, at)) throw new AppError("not_signed_in", "session is gone or over");
    return holder;
  }

  /** The account of a bearer token, as `authenticate` judges it. */
  async function authenticateAccount(accessToken: string): Promise<Account> {
    const at = now();
    const { holder } = await holderOf(accessToken, at);
    const found = await sessions.getWithAccount(holder);
    if (!found?.account || isOver(found.session, at))
      throw new AppError("not_signed_in", "session is gone or over");
    return found.account;
  }

  /** Throws `not_signed_in` unless the token is one that we or the identity provider signed. Its session may be over. */
  async function requireToken(accessToken: string): Promise<void> {
    await readAccess(accessToken, now());
  }

  /** Throws `not_signed_in` unless the holder signed in within the last 10 minutes. */
  async function requireFresh(holder: TokenHolder): Promise<void> {
    const session = await sessions.get(holder);
    if (!session || !isFresh(session, now())) throw new AppError("not_signed_in", "sign-in is not recent");
  }

  return {
    ...{ signIn, admit, complete, refresh, signOut, signOutBearer, list, end },
    ...{ authenticate, authenticateAccount, requireToken, requireFresh },
  };
}
