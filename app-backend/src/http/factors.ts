import { Router } from "express";
import type { FactorUseCases } from "../usecases/identity/factors.ts";
import type { PhoneUseCases } from "../usecases/identity/phones.ts";
import type { SessionUseCases } from "../usecases/identity/sessions.ts";
import { authenticate } from "./authenticate.ts";
import { clientOf } from "./client.ts";
import { operations } from "./contract/operations.ts";
import { parse } from "./parse.ts";
import { refuseOtherOrigins } from "./same-origin.ts";

interface Dependencies {
  readonly factors: FactorUseCases;
  readonly phones: PhoneUseCases;
  readonly sessions: SessionUseCases;
  readonly siteOrigins: readonly string[];
}

/** Routes of the second factors of the caller's own account, and of the codes that are sent for them. */
export function factorsRouter({ factors, phones, sessions, siteOrigins }: Dependencies): Router {
  const router = Router();

  router.get(operations.getFactors.path, async (req, res) => {
    const { accountId } = await authenticate(req, sessions);
    res.json(await factors.get(accountId));
  });

  router.post(operations.enrolTotp.path, async (req, res) => {
    res.status(201).json(await factors.enrol(await authenticate(req, sessions)));
  });

  router.post(operations.confirmTotp.path, async (req, res) => {
    const holder = await authenticate(req, sessions);
    const { code } = parse(operations.confirmTotp.body, req.body);
    res.json({ recoveryCodes: await factors.confirm(holder, code, clientOf(req)) });
  });

  router.delete(operations.removeTotp.path, async (req, res) => {
    await factors.removeTotp(await authenticate(req, sessions), clientOf(req));
    res.status(204).end();
  });

  router.post(operations.sendTextForSignIn.path, refuseOtherOrigins(siteOrigins), async (req, res) => {
    const { token } = parse(operations.sendTextForSignIn.body, req.body);
    res.json(await phones.sendForChallenge(token, clientOf(req)));
  });

  router.post(operations.sendTextForStepUp.path, async (req, res) => {
    const holder = await authenticate(req, sessions);
    res.json(await phones.sendForStepUp(holder, clientOf(req)));
  });

  router.post(operations.enrolPhone.path, async (req, res) => {
    const holder = await authenticate(req, sessions);
    const { number } = parse(operations.enrolPhone.body, req.body);
    res.json(await phones.enrol(holder, number, clientOf(req)));
  });

  router.post(operations.confirmPhone.path, async (req, res) => {
    const holder = await authenticate(req, sessions);
    const { code } = parse(operations.confirmPhone.body, req.body);
    res.json({ recoveryCodes: await phones.confirm(holder, code, clientOf(req)) });
  });

  router.delete(operations.removePhone.path, async (req, res) => {
    await phones.remove(await authenticate(req, sessions), clientOf(req));
    res.status(204).end();
  });

  router.post(operations.replaceRecoveryCodes.path, async (req, res) => {
    const holder = await authenticate(req, sessions);
    res.json({ recoveryCodes: await factors.replaceRecoveryCodes(holder, clientOf(req)) });
  });

  router.post(operations.noteSeenCodes.path, async (req, res) => {
    const { accountId } = await authenticate(req, sessions);
    await factors.noteSeen(accountId);
    res.status(204).end();
  });

  return router;
}
