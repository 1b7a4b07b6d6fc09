import { Router, type Response } from "express";
import { AppError } from "../domain/app-error.ts";
import type { AccountUseCases } from "../usecases/accounts.ts";
import type { SessionUseCases, SignedIn } from "../usecases/sessions.ts";
import { accessLifeMs } from "../domain/session.ts";
import { credentials, registration } from "./credentials.ts";
import { parse } from "./parse.ts";
import type { PictureForms } from "./picture-form.ts";
import type { RefreshCookie } from "./refresh-cookie.ts";
import { requireSameOrigin } from "./same-origin.ts";

interface Dependencies {
  readonly accounts: AccountUseCases;
  readonly sessions: SessionUseCases;
  readonly forms: PictureForms;
  readonly cookie: RefreshCookie;
  readonly siteOrigin: string;
}

/** Registering, signing in and out, and staying signed in. */
export function authRouter({ accounts, sessions, forms, cookie, siteOrigin }: Dependencies): Router {
  const router = Router();
  const sameOrigin = requireSameOrigin(siteOrigin);

  router.post("/auth/register", async (req, res) => {
    const { fields, picture } = await forms.receive(req, res, registration);
    res.status(201).json({ account: await accounts.register({ ...fields, picture }) });
  });

  router.post("/auth/signin", async (req, res) => {
    const { email, password } = parse(credentials, req.body);
    await answer(res, await sessions.signIn(email, password));
  });

  router.post("/auth/refresh", sameOrigin, async (req, res) => {
    const token = cookie.read(req);
    if (!token) throw new AppError("not_signed_in", "no refresh cookie");
    await answer(res, await sessions.refresh(token));
  });

  router.delete("/auth/signout", sameOrigin, async (req, res) => {
    const token = cookie.read(req);
    if (token) await sessions.signOut(token, req.query["everywhere"] === "true").catch(ignoreEnded);
    cookie.clear(res);
    res.status(204).end();
  });

  async function answer(res: Response, { account, accessToken, refreshToken }: SignedIn): Promise<void> {
    res.locals["accountId"] = account.id;
    const body = { accessToken, expiresIn: accessLifeMs / 1000, account: await accounts.view(account) };
    cookie.set(res, refreshToken.text);
    res.json(body);
  }

  return router;
}

/** Signing out of what is no session of ours has happened already. */
function ignoreEnded(error: unknown): void {
  if (!(error instanceof AppError && error.code === "session_ended")) throw error;
}
