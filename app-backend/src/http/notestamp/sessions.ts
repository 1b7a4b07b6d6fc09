import type { Request, Response } from "express";
import { AppError, type ErrorCode } from "../../domain/app-error.ts";
import { accessLifeMs } from "../../domain/session.ts";
import type { TokenHolder } from "../../ports/tokens.ts";
import type { SessionUseCases, SignedIn } from "../../usecases/identity/sessions.ts";
import { clientOf } from "../client.ts";
import { refreshCookie } from "../refresh-cookie.ts";

interface Dependencies {
  /** With tokens that the API refuses. */
  readonly sessions: SessionUseCases;
  readonly siteOrigin: string;
  readonly cookieName: string;
}

/** When the cookies of a response were renewed. */
const renewedAt = new WeakMap<Response, number>();

/** Sessions that two cookies of the client hold: it sends no bearer and renews nothing by itself. */
export function cookieSessions({ sessions, siteOrigin, cookieName }: Dependencies) {
  const refresh = refreshCookie(siteOrigin, `notestamp-${cookieName}`);
  const access = refreshCookie(siteOrigin, `notestamp-access-${cookieName}`);

  function give(res: Response, { accessToken, refreshToken }: SignedIn, shown?: string): void {
    access.set(res, accessToken);
    if (refreshToken.text !== shown) refresh.set(res, refreshToken.text);
    renewedAt.set(res, performance.now());
  }

  function clear(res: Response): void {
    access.clear(res);
    refresh.clear(res);
  }

  /** The holder of the request's cookies, which are renewed if need be. Throws `not_signed_in` or `session_ended`. */
  async function authenticate(req: Request, res: Response): Promise<TokenHolder> {
    const holder = (await live(req)) ?? (await renewed(req, res));
    res.locals["accountId"] = holder.accountId; // for the request's line in the log
    return holder;
  }

  async function live(req: Request): Promise<TokenHolder | undefined> {
    const token = access.read(req);
    return token ? sessions.authenticate(token).catch(unless("not_signed_in")) : undefined;
  }

  /**
   * The access token that expired is the key by which a renewal is repeated: all requests that were sent with it, at once
   * or after a lost reply, get the same successor. Of two holders of copied cookies the second to renew again is found.
   */
  async function renewed(req: Request, res: Response): Promise<TokenHolder> {
    const token = refresh.read(req);
    if (!token) throw new AppError("not_signed_in", "no cookie");
    try {
      const next = await sessions.refresh(token, access.read(req) || undefined);
      give(res, next, token);
      return next.refreshToken;
    } catch (error) {
      if (isCode(error, "session_ended")) clear(res);
      throw error;
    }
  }

  /** A response that took long must not replace cookies that are newer: then the former ones are renewed once more. */
  function keepNewer(res: Response): void {
    if (performance.now() - (renewedAt.get(res) ?? Infinity) > accessLifeMs / 2)
      res.removeHeader("set-cookie");
  }

  /** Opens a session, and ends the one that the browser had before. */
  async function signIn(req: Request, res: Response, email: string, password: string): Promise<SignedIn> {
    const signedIn = await sessions.signIn(email, password, clientOf(req));
    // A password alone opens no session of an account with a second factor, and this client knows no other step.
    if ("mfa" in signedIn) throw new AppError("step_up_required", "account has a second factor");
    await end(req);
    give(res, signedIn);
    res.locals["accountId"] = signedIn.account.id;
    return signedIn;
  }

  /** Ends the session of the request's cookies, if there is one. */
  async function signOut(req: Request, res: Response): Promise<void> {
    clear(res);
    await end(req);
  }

  async function end(req: Request): Promise<void> {
    const token = refresh.read(req);
    if (token) await sessions.signOut(token, false).catch(unless("session_ended"));
  }

  return { authenticate, keepNewer, signIn, signOut, clear };
}

/** Resolves errors of that code to undefined. */
function unless(code: ErrorCode) {
  return (error: unknown): undefined => {
    if (!isCode(error, code)) throw error;
  };
}

function isCode(error: unknown, code: ErrorCode): boolean {
  return error instanceof AppError && error.code === code;
}
