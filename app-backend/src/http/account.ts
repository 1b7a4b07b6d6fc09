import { type Request, type Response, Router } from "express";
import { pictureOf } from "../domain/upload.ts";
import type { IncomingPicture } from "../ports/object-store.ts";
import type { AccountUseCases } from "../usecases/accounts.ts";
import type { SessionUseCases } from "../usecases/identity/sessions.ts";
import type { PictureUploads } from "../usecases/picture-uploads.ts";
import { authenticate, authenticateAccount } from "./authenticate.ts";
import { operations } from "./contract/operations.ts";
import { parse } from "./parse.ts";
import type { PictureForms } from "./picture-form.ts";
import { requesterOf } from "./requester.ts";

interface Dependencies {
  readonly accounts: AccountUseCases;
  readonly sessions: SessionUseCases;
  readonly pictureUploads: PictureUploads;
  readonly forms: PictureForms;
}

/** Routes of the caller's own account. */
export function accountRouter({ accounts, sessions, pictureUploads, forms }: Dependencies): Router {
  const router = Router();

  router.get(operations.getAccount.path, async (req, res) => {
    res.json({ account: await accounts.view(await authenticateAccount(req, sessions)) });
  });

  router.patch(operations.changeProfile.path, async (req, res) => {
    const { accountId } = await authenticate(req, sessions);
    const profile = parse(operations.changeProfile.body, req.body);
    res.json({ account: await accounts.replaceProfile(accountId, profile) });
  });

  router.put(operations.changePicture.path, async (req, res) => {
    const { accountId } = await authenticate(req, sessions);
    const picture = req.is("json")
      ? await uploadedPicture(req, accountId)
      : await formOf(req, res, accountId);
    res.json({ account: await accounts.replacePicture(accountId, picture, requesterOf(req)) });
  });

  router.post(operations.announcePicture.path, async (req, res) => {
    const { accountId } = await authenticate(req, sessions);
    const file = parse(operations.announcePicture.body, req.body);
    await accounts.admitPicture(accountId);
    res.status(201).json({ upload: await pictureUploads.open(pictureOf(accountId), file) });
  });

  async function formOf(req: Request, res: Response, accountId: string): Promise<IncomingPicture> {
    await accounts.admitPicture(accountId);
    return (await forms.receive(req, res, operations.changePicture.body)).picture;
  }

  /** It was counted when it was announced. */
  async function uploadedPicture(req: Request, accountId: string): Promise<IncomingPicture> {
    const { upload } = parse(operations.changePicture.byUpload, req.body);
    return pictureUploads.claim(upload, pictureOf(accountId));
  }

  return router;
}
