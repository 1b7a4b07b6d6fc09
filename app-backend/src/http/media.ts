import { Router } from "express";
import { isStored, viewMedia } from "../domain/media.ts";
import type { SessionUseCases } from "../usecases/identity/sessions.ts";
import type { MediaUseCases } from "../usecases/media.ts";
import { authenticate } from "./authenticate.ts";
import { cursorOf } from "./contract/cursor.ts";
import { mediaOperations as operations } from "./contract/media.ts";
import { parse } from "./parse.ts";
import { requesterOf } from "./requester.ts";

const askAgainSeconds = 2;

/** Routes of the files that projects use. */
export function mediaRouter(media: MediaUseCases, sessions: SessionUseCases): Router {
  const router = Router();

  router.get(operations.listMedia.path, async (req, res) => {
    const { accountId } = await authenticate(req, sessions);
    const { cursor: after, limit } = parse(operations.listMedia.query, req.query);
    const { items, next } = await media.list(accountId, { after, limit });
    const shown = items.map((file) => ({ ...viewMedia(file), uses: file.uses }));
    res.json({ items: shown, ...(next && { cursor: cursorOf(next) }) });
  });

  router.post(operations.announceMedia.path, async (req, res) => {
    const { accountId } = await authenticate(req, sessions);
    const { "idempotency-key": key } = parse(operations.announceMedia.headers, req.headers);
    const file = parse(operations.announceMedia.body, req.body);
    const announced = await media.announce(accountId, file, key);
    res.status(201).json({ media: viewMedia(announced.media), upload: announced.upload });
  });

  router.post(operations.completeMedia.path, async (req, res) => {
    const { accountId } = await authenticate(req, sessions);
    const { id } = parse(operations.completeMedia.params, req.params);
    const completed = await media.complete(accountId, id, requesterOf(req).signal);
    if (!isStored(completed)) res.status(202).set("retry-after", String(askAgainSeconds));
    res.json({ media: viewMedia(completed) });
  });

  router.get(operations.getMediaUrl.path, async (req, res) => {
    const { accountId } = await authenticate(req, sessions);
    const { id } = parse(operations.getMediaUrl.params, req.params);
    const { download } = parse(operations.getMediaUrl.query, req.query);
    const { url, expiresAt, contentType } = await media.url(accountId, id, { download: download === "true" });
    res.json({ url, expiresAt: expiresAt.toISOString(), contentType });
  });

  router.delete(operations.removeMedia.path, async (req, res) => {
    const { accountId } = await authenticate(req, sessions);
    const { id } = parse(operations.removeMedia.params, req.params);
    await media.remove(accountId, id);
    res.status(204).end();
  });

  return router;
}
