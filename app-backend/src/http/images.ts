import { Router } from "express";
import type { ImageUseCases } from "../usecases/images.ts";
import type { SessionUseCases } from "../usecases/identity/sessions.ts";
import { authenticate } from "./authenticate.ts";
import { operations } from "./contract/operations.ts";
import { cursorOf } from "./contract/cursor.ts";
import { parse } from "./parse.ts";
import { requesterOf } from "./requester.ts";

/** Routes of the gallery. */
export function imagesRouter(images: ImageUseCases, sessions: SessionUseCases): Router {
  const router = Router();

  router.get(operations.listImages.path, async (req, res) => {
    const { accountId } = await authenticate(req, sessions);
    const { owner, cursor: after, limit } = parse(operations.listImages.query, req.query);
    const { items, next } = await images.list(accountId, { mine: owner === "me", after, limit });
    res.json({ items, ...(next && { cursor: cursorOf(next) }) });
  });

  router.post(operations.announceImage.path, async (req, res) => {
    const { accountId } = await authenticate(req, sessions);
    const announcement = parse(operations.announceImage.body, req.body);
    res.status(201).json(await images.announce(accountId, announcement));
  });

  router.post(operations.completeImage.path, async (req, res) => {
    const { accountId } = await authenticate(req, sessions);
    const { id } = parse(operations.completeImage.params, req.params);
    res.json({ image: await images.complete(accountId, id, requesterOf(req)) });
  });

  router.get(operations.getImage.path, async (req, res) => {
    const { accountId } = await authenticate(req, sessions);
    const { id } = parse(operations.getImage.params, req.params);
    res.json({ image: await images.get(accountId, id) });
  });

  router.get(operations.downloadImage.path, async (req, res) => {
    await authenticate(req, sessions);
    const { id } = parse(operations.downloadImage.params, req.params);
    res.json({ url: await images.download(id) });
  });

  router.delete(operations.removeImage.path, async (req, res) => {
    const { accountId } = await authenticate(req, sessions);
    const { id } = parse(operations.removeImage.params, req.params);
    await images.remove(accountId, id);
    res.status(204).end();
  });

  return router;
}
