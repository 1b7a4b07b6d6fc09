import { type Request, type Response, Router } from "express";
import { AppError } from "../domain/app-error.ts";
import { accessLifeMs } from "../domain/session.ts";
import type { AccountUseCases, Registration } from "../usecases/accounts.ts";
import type { CodeUseCases } from "../usecases/identity/codes.ts";
import type { GivenFactor } from "../usecases/identity/factor-proof.ts";
import type { GivenPasskey } from "../usecases/identity/passkey-proof.ts";
import type { PasskeyUseCases } from "../usecases/identity/passkeys.ts";
import type { PasswordUseCases } from "../usecases/identity/passwords.ts";
import type { SessionUseCases, SignedIn } from "../usecases/identity/sessions.ts";
import type { StepUpUseCases } from "../usecases/identity/step-up.ts";
import type { PictureUploads } from "../usecases/picture-uploads.ts";
import { authenticate } from "./authenticate.ts";
import { clientOf } from "./client.ts";
import { operations } from "./contract/operations.ts";
import { parse } from "./parse.ts";
import type { PictureForms } from "./picture-form.ts";
import type { HostCookie, RefreshCookie } from "./refresh-cookie.ts";
import { requesterOf } from "./requester.ts";
import { refuseOtherOrigins, requireSameOrigin } from "./same-origin.ts";

interface Dependencies {
  readonly accounts: AccountUseCases;
  readonly sessions: SessionUseCases;
  readonly stepUp: StepUpUseCases;
  readonly passkeys: PasskeyUseCases;
  readonly passwords: PasswordUseCases;
  readonly codes: CodeUseCases;
  readonly pictureUploads: PictureUploads;
  readonly forms: PictureForms;
  readonly cookie: RefreshCookie;
  /** The challenge of the browser. */
  readonly passkeyCookie: HostCookie;
  readonly siteOrigins: readonly string[];
}

/** Registration, removal, and sessions. */
export function authRouter(deps: Dependencies): Router {
  const { accounts, sessions, stepUp, passkeys, passwords, codes, pictureUploads, forms } = deps;
  const { cookie, passkeyCookie, siteOrigins } = deps;
  const router = Router();
  const sameOrigin = requireSameOrigin(siteOrigins);

  router.post(operations.register.path, refuseOtherOrigins(siteOrigins), async (req, res) => {
    const registration = req.is("json") ? await uploadedRegistration(req) : await formOf(req, res);
    const account = await accounts.register(registration, requesterOf(req));
    res.locals["accountId"] = account.id;
    res.status(201).json({ account });
  });

  router.post(operations.announceRegistration.path, refuseOtherOrigins(siteOrigins), async (req, res) => {
    const file = parse(operations.announceRegistration.body, req.body);
    await accounts.admitRegistration(clientOf(req));
    res.status(201).json({ upload: await pictureUploads.open("registration", file) });
  });

  router.post(operations.signIn.path, refuseOtherOrigins(siteOrigins), async (req, res) => {
    const { email, password } = parse(operations.signIn.body, req.body);
    const outcome = await sessions.signIn(email, password, clientOf(req));
    if ("mfa" in outcome) return void res.json(outcome);
    await replaceSession(req, res, outcome);
  });

  router.post(operations.completeSignIn.path, refuseOtherOrigins(siteOrigins), async (req, res) => {
    const { token, ...factor } = parse(operations.completeSignIn.body, req.body);
    const given = withKept(req, factor);
    await replaceSession(req, res, await sessions.complete(token, given, clientOf(req)));
  });

  router.post(operations.signInByPasskey.path, refuseOtherOrigins(siteOrigins), async (req, res) => {
    const { credential: answer } = parse(operations.signInByPasskey.body, req.body);
    const given = { answer, kept: passkeyCookie.read(req) };
    await replaceSession(req, res, await passkeys.signIn(given, clientOf(req)));
  });

  router.post(operations.stepUp.path, async (req, res) => {
    const holder = await authenticate(req, sessions);
    const { password, ...factor } = parse(operations.stepUp.body, req.body);
    const given = { password, ...withKept(req, factor) };
    const until = await stepUp.stepUp(holder, given, clientOf(req));
    res.json({ provedUntil: until.toISOString() });
  });

  router.post(operations.refresh.path, sameOrigin, async (req, res) => {
    const token = cookie.read(req);
    if (!token) throw new AppError("not_signed_in", "no refresh cookie");
    const { "idempotency-key": key } = parse(operations.refresh.headers, req.headers);
    await answer(res, await sessions.refresh(token, key), token);
  });

  router.delete(operations.signOut.path, sameOrigin, async (req, res) => {
    const { everywhere } = parse(operations.signOut.query, req.query);
    const token = cookie.read(req);
    cookie.clear(res);
    if (everywhere === "true") {
      if (!token) throw new AppError("not_signed_in", "no refresh cookie");
      await sessions.signOut(token, true);
    } else if (token) await sessions.signOut(token, false).catch(ignoreEnded);
    res.status(204).end();
  });

  router.delete(operations.remove.path, sameOrigin, async (req, res) => {
    const holder = await authenticate(req, sessions);
    const { password } = parse(operations.remove.body, req.body);
    await accounts.remove(holder, password);
    cookie.clear(res);
    res.status(204).end();
  });

  router.post(operations.confirm.path, async (req, res) => {
    const { email, code } = parse(operations.confirm.body, req.body);
    await codes.confirm(email, code, clientOf(req));
    res.status(204).end();
  });

  for (const [operation, purpose] of [
    [operations.resend, "confirm"],
    [operations.forgot, "reset"],
  ] as const) {
    router.post(operation.path, async (req, res) => {
      const { email } = parse(operation.body, req.body);
      await codes.request(purpose, email, clientOf(req));
      res.status(204).end();
    });
  }

  router.post(operations.reset.path, async (req, res) => {
    await passwords.reset(parse(operations.reset.body, req.body), clientOf(req));
    res.status(204).end();
  });

  router.post(operations.changePassword.path, async (req, res) => {
    const holder = await authenticate(req, sessions);
    const { current, next } = parse(operations.changePassword.body, req.body);
    await passwords.change(holder, current, next);
    res.status(204).end();
  });

  router.get(operations.listSessions.path, async (req, res) => {
    res.json({ items: await sessions.list(await authenticate(req, sessions)) });
  });

  router.delete(operations.endSession.path, async (req, res) => {
    const holder = await authenticate(req, sessions);
    const { id } = parse(operations.endSession.params, req.params);
    await sessions.end(holder, id);
    res.status(204).end();
  });

  /** The answer of an authenticator counts with the challenge that this browser has kept. */
  function withKept(
    req: Request,
    {
      passkey: answer,
      ...codes
    }: Omit<GivenFactor, "passkey"> & { passkey?: GivenPasskey["answer"] | undefined },
  ): GivenFactor {
    return { ...codes, passkey: answer && { answer, kept: passkeyCookie.read(req) } };
  }

  async function formOf(req: Request, res: Response): Promise<Registration> {
    await accounts.admitRegistration(clientOf(req));
    const { fields, picture } = await forms.receive(req, res, operations.register.body);
    return { ...fields, picture };
  }

  /** It was counted when its upload was announced. */
  async function uploadedRegistration(req: Request): Promise<Registration> {
    const { upload, ...fields } = parse(operations.register.byUpload, req.body);
    return { ...fields, picture: await pictureUploads.claim(upload, "registration") };
  }

  /** Answers with a new session. The browser holds one cookie: its previous session would stay alive unused. */
  async function replaceSession(req: Request, res: Response, signedIn: SignedIn): Promise<void> {
    const former = cookie.read(req);
    if (former) await sessions.signOut(former, false).catch(ignoreEnded);
    await answer(res, signedIn);
  }

  async function answer(res: Response, signedIn: SignedIn, shown?: string): Promise<void> {
    const { account, accessToken, refreshToken } = signedIn;
    res.locals["accountId"] = account.id;
    const body = { accessToken, expiresIn: accessLifeMs / 1000, account: await accounts.view(account) };
    // A late response that sets the browser's current cookie again would replace a newer one.
    if (refreshToken.text !== shown) cookie.set(res, refreshToken.text);
    res.json(body);
  }

  return router;
}

/** Signing out without a valid session is not an error. */
function ignoreEnded(error: unknown): void {
  if (!(error instanceof AppError && error.code === "session_ended")) throw error;
}
