import express, {
  type ErrorRequestHandler,
  type Request,
  type RequestHandler,
  type Response,
  Router,
} from "express";
import { AppError } from "../domain/app-error.ts";
import { deviceName } from "../domain/client.ts";
import { maxNotesBytes, requireParsable } from "../domain/notes.ts";
import { type Project, viewProject, viewVersion } from "../domain/project.ts";
import { etagOf, isKnown, revisionsOf } from "../domain/revision.ts";
import type { Slots } from "../domain/slots.ts";
import type { SessionUseCases } from "../usecases/identity/sessions.ts";
import type { Actor, ProjectUseCases } from "../usecases/projects.ts";
import { authenticate, requireToken } from "./authenticate.ts";
import { cursorOf } from "./contract/cursor.ts";
import { projectOperations as operations } from "./contract/projects.ts";
import { parse } from "./parse.ts";
import { requesterOf } from "./requester.ts";

/** Each character as `\uXXXX`, and what else is in the body. */
const maxBodyBytes = 6 * maxNotesBytes + 2 ** 16;

/** Bodies up to this size, as those of other routes, need no slot. */
const smallBodyBytes = 2 ** 16;

/** Routes of projects. They come before the parser of smaller bodies. `openNotes` are slots for large bodies. */
export function projectsRouter(
  projects: ProjectUseCases,
  sessions: SessionUseCases,
  openNotes: Slots,
): Router {
  const router = Router();

  /** Comes before a large body is read, which costs time and memory. The session is checked after that. */
  const withToken: RequestHandler = async (req, _res, next) => {
    await requireToken(req, sessions);
    next();
  };
  const inSlot: RequestHandler = async (req, res, next) => {
    if (res.destroyed) return;
    const { "content-length": length, "content-encoding": encoding = "identity" } = req.headers;
    if (Number(length) <= smallBodyBytes && encoding === "identity") return next();
    await openNotes.hold(requesterOf(req).network, () => {
      const sent = over(res);
      next();
      return sent;
    });
  };
  const withNotes = [
    withToken,
    inSlot,
    express.json({ limit: maxBodyBytes, verify: requireNotes }),
    refuseTooLarge,
  ];

  async function actorOf(req: Request): Promise<Actor> {
    const { accountId } = await authenticate(req, sessions);
    return { accountId, device: deviceName(req.headers["user-agent"] ?? null) };
  }

  router.post(operations.createProject.path, withNotes, async (req: Request, res: Response) => {
    const actor = await actorOf(req);
    const { "idempotency-key": key } = parse(operations.createProject.headers, req.headers);
    const { title, label, src, mediaId, type, notes } = parse(operations.createProject.body, req.body);
    const wishes = { title, label: label ?? null, videoId: src ?? null, mediaId: mediaId ?? null };
    const wanted = { ...wishes, type, notes: notes === undefined ? [] : notes };
    answer(res.status(201), await projects.create(actor, wanted, key));
  });

  router.put(operations.saveNotes.path, withNotes, async (req: Request, res: Response) => {
    const actor = await actorOf(req);
    const { id } = parse(operations.saveNotes.params, req.params);
    const { "if-match": ifMatch, "idempotency-key": key } = parse(operations.saveNotes.headers, req.headers);
    const from = revisionsOf(ifMatch);
    const { notes } = parse(operations.saveNotes.body, req.body);
    answer(res, await projects.saveNotes(actor, id, { from, notes, key }));
  });

  router.get(operations.listProjects.path, async (req, res) => {
    const { accountId } = await authenticate(req, sessions);
    const { q, type, bin, cursor: after, limit } = parse(operations.listProjects.query, req.query);
    const query = { accountId, search: q || undefined, type, inBin: bin === "true", after, limit };
    const { items, next } = await projects.list(query);
    res.json({ items: items.map(viewProject), ...(next && { cursor: cursorOf(next) }) });
  });

  router.get(operations.getProject.path, async (req, res) => {
    const { accountId } = await authenticate(req, sessions);
    const { id } = parse(operations.getProject.params, req.params);
    const project = await projects.get(accountId, id);
    res.set("etag", etagOf(project.revision));
    // Express' own check answers 200 to the `Cache-Control: no-cache` of fetch, and comes after the bucket was read.
    if (isKnown(req.headers["if-none-match"], project.revision)) res.status(304).end();
    else res.json({ project: viewProject(project), notes: await projects.notesOf(project) });
  });

  router.patch(operations.changeProject.path, express.json({ limit: "64kb" }), async (req, res) => {
    const actor = await actorOf(req);
    const { id } = parse(operations.changeProject.params, req.params);
    const from = revisionsOf(parse(operations.changeProject.headers, req.headers)["if-match"]);
    const { src, type, ...named } = parse(operations.changeProject.body, req.body);
    answer(res, await projects.saveFacts(actor, id, { from, facts: { ...named, videoId: src }, type }));
  });

  router.delete(operations.removeProject.path, async (req, res) => {
    const { accountId } = await authenticate(req, sessions);
    const { id } = parse(operations.removeProject.params, req.params);
    const { forever } = parse(operations.removeProject.query, req.query);
    await (forever === "true" ? projects.removeForever(accountId, id) : projects.bin(accountId, id));
    res.status(204).end();
  });

  router.post(operations.restoreProject.path, async (req, res) => {
    const { accountId } = await authenticate(req, sessions);
    const { id } = parse(operations.restoreProject.params, req.params);
    answer(res, await projects.restore(accountId, id));
  });

  router.get(operations.listVersions.path, async (req, res) => {
    const { accountId } = await authenticate(req, sessions);
    const { id } = parse(operations.listVersions.params, req.params);
    const versions = await projects.listVersions(accountId, id);
    res.json({ items: versions.map(viewVersion) });
  });

  router.get(operations.getVersion.path, async (req, res) => {
    const { accountId } = await authenticate(req, sessions);
    const { id, version: number } = parse(operations.getVersion.params, req.params);
    const { version, notes } = await projects.getVersion(accountId, id, number);
    res.json({ version: viewVersion(version), notes });
  });

  return router;
}

/** RFC 8259 section 8.1: JSON is UTF-8. The parser would take other encodings too. */
function requireNotes(_req: unknown, _res: unknown, body: Buffer, encoding: string): void {
  if (encoding !== "utf-8") throw new AppError("malformed_request", "body is not in UTF-8");
  requireParsable(body);
}

/** Resolves when the response is sent or its client is gone; a function's response is never closed. */
function over(res: Response): Promise<void> {
  return new Promise((resolve) => {
    for (const event of ["finish", "close"]) res.once(event, resolve);
  });
}

function answer(res: Response, project: Project): void {
  res.set("etag", etagOf(project.revision)).json({ project: viewProject(project) });
}

const refuseTooLarge: ErrorRequestHandler = (error, _req, _res, next) => {
  const isTooLarge = error instanceof Error && "type" in error && error.type === "entity.too.large";
  next(isTooLarge ? new AppError("notes_too_large", "body is too large", { cause: error }) : error);
};
