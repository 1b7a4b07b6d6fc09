import { Router } from "express";
import type { FactorUseCases } from "../usecases/identity/factors.ts";
import type { SessionUseCases } from "../usecases/identity/sessions.ts";
import { authenticate } from "./authenticate.ts";
import { clientOf } from "./client.ts";
import { operations } from "./contract/operations.ts";
import { parse } from "./parse.ts";

/** Routes of the second factors of the caller's own account. */
export function factorsRouter(factors: FactorUseCases, sessions: SessionUseCases): Router {
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
