import { Router } from "express";
import type { AccountUseCases } from "../usecases/accounts.ts";
import type { SessionUseCases } from "../usecases/identity/sessions.ts";
import { authenticate } from "./authenticate.ts";
import { operations } from "./contract/operations.ts";
import { parse } from "./parse.ts";
import type { PictureForms } from "./picture-form.ts";
import { requesterOf } from "./requester.ts";

interface Dependencies {
  readonly accounts: AccountUseCases;
  readonly sessions: SessionUseCases;
  readonly forms: PictureForms;
}

/** Routes of the caller's own account. */
export function accountRouter({ accounts, sessions, forms }: Dependencies): Router {
  const router = Router();

  router.get(operations.getAccount.path, async (req, res) => {
    const { accountId } = await authenticate(req, sessions);
    res.json({ account: await accounts.get(accountId) });
  });

  router.patch(operations.changeProfile.path, async (req, res) => {
    const { accountId } = await authenticate(req, sessions);
    const profile = parse(operations.changeProfile.body, req.body);
    res.json({ account: await accounts.replaceProfile(accountId, profile) });
  });

  router.put(operations.changePicture.path, async (req, res) => {
    const { accountId } = await authenticate(req, sessions);
    await accounts.admitPicture(accountId);
    const { picture } = await forms.receive(req, res, operations.changePicture.body);
    res.json({ account: await accounts.replacePicture(accountId, picture, requesterOf(req)) });
  });

  return router;
}
