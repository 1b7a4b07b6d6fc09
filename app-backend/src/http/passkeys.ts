import { type Request, type Response, Router } from "express";
import type { PasskeyRequest } from "../usecases/identity/passkey-proof.ts";
import type { PasskeyUseCases } from "../usecases/identity/passkeys.ts";
import type { SessionUseCases } from "../usecases/identity/sessions.ts";
import { authenticate } from "./authenticate.ts";
import { clientOf } from "./client.ts";
import { operations } from "./contract/operations.ts";
import { parse } from "./parse.ts";
import type { HostCookie } from "./refresh-cookie.ts";
import { refuseOtherOrigins } from "./same-origin.ts";

interface Dependencies {
  readonly passkeys: PasskeyUseCases;
  readonly sessions: SessionUseCases;
  /** The challenge of the browser. */
  readonly passkeyCookie: HostCookie;
  readonly siteOrigins: readonly string[];
}

/** Requests for passkeys, and those of the caller's own account. What opens a session is in the router of sessions. */
export function passkeysRouter(deps: Dependencies): Router {
  const { passkeys, sessions, passkeyCookie, siteOrigins } = deps;
  const router = Router();
  const ownOrigin = refuseOtherOrigins(siteOrigins);

  router.post(operations.beginPasskeySignIn.path, ownOrigin, (_req, res) => {
    ask(res, passkeys.beginSignIn());
  });

  router.post(operations.beginPasskeyStep.path, ownOrigin, async (req, res) => {
    const { token } = parse(operations.beginPasskeyStep.body, req.body);
    ask(res, await passkeys.beginSecondStep(token));
  });

  router.post(operations.beginPasskeyStepUp.path, async (req, res) => {
    ask(res, await passkeys.beginStepUp(await authenticate(req, sessions)));
  });

  router.get(operations.listPasskeys.path, async (req, res) => {
    const { accountId } = await authenticate(req, sessions);
    res.json({ items: await passkeys.list(accountId) });
  });

  router.post(operations.beginPasskey.path, async (req, res) => {
    const holder = await authenticate(req, sessions);
    const { asked } = parse(operations.beginPasskey.body, req.body);
    ask(res, await passkeys.begin(holder, asked));
  });

  router.post(operations.addPasskey.path, async (req, res) => {
    const holder = await authenticate(req, sessions);
    const { name, credential: answer } = parse(operations.addPasskey.body, req.body);
    const registration = { name, answer, kept: passkeyCookie.read(req) };
    res.status(201).json(await passkeys.add(holder, registration, clientOf(req)));
  });

  router.patch(operations.renamePasskey.path, async (req, res) => {
    const { holder, id } = await ofCaller(req);
    const { name } = parse(operations.renamePasskey.body, req.body);
    await passkeys.rename(holder, id, name);
    res.status(204).end();
  });

  router.delete(operations.removePasskey.path, async (req, res) => {
    const { holder, id } = await ofCaller(req);
    await passkeys.remove(holder, id, clientOf(req));
    res.status(204).end();
  });

  async function ofCaller(req: Request) {
    const holder = await authenticate(req, sessions);
    return { holder, ...parse(operations.removePasskey.params, req.params) };
  }

  function ask(res: Response, { options, expiresIn, kept }: PasskeyRequest): void {
    passkeyCookie.set(res, kept);
    res.json({ options, expiresIn });
  }

  return router;
}
