import express, { type Request, type RequestHandler, type Response, Router } from "express";
import type { StorageEngine } from "multer";
import type { Logger } from "pino";
import { AppError } from "../../domain/app-error.ts";
import { deviceName } from "../../domain/client.ts";
import type { Project } from "../../domain/project.ts";
import type { Slots } from "../../domain/slots.ts";
import type { AccountUseCases } from "../../usecases/accounts.ts";
import type { SessionUseCases } from "../../usecases/identity/sessions.ts";
import type { MediaUseCases } from "../../usecases/media.ts";
import type { ProjectsByTitle } from "../../usecases/projects-by-title.ts";
import { allow } from "../allowed-methods.ts";
import { clientOf } from "../client.ts";
import { credentials, registration } from "../contract/requests.ts";
import { onError } from "../on-error.ts";
import { parse } from "../parse.ts";
import { requesterOf } from "../requester.ts";
import { inPath, metadataOf, named, openedMetadataOf } from "./metadata.ts";
import { allowClient, requireOrigin } from "./origins.ts";
import { mediaSender } from "./send-media.ts";
import { cookieSessions } from "./sessions.ts";
import { sendText } from "./text.ts";
import { uploadForms } from "./upload-form.ts";

export interface NotestampDependencies {
  readonly accounts: AccountUseCases;
  /** With tokens that the API refuses. */
  readonly sessions: SessionUseCases;
  readonly media: MediaUseCases;
  readonly projects: ProjectsByTitle;
  /** Stores files that come in forms. */
  readonly mediaStorage: StorageEngine;
  readonly openUploads: Slots;
  readonly openFiles: Slots;
  readonly siteOrigins: readonly [string, ...string[]];
  /** Where the client's pages come from, if not from the site. */
  readonly clientOrigin: string | undefined;
  readonly cookieName: string;
  readonly log: Logger;
}

/** The routes, by which 405 and Allow are answered too. */
export const notestampRoutes = {
  "/auth/register": ["POST"],
  "/auth/signin": ["POST"],
  "/auth/signout": ["DELETE"],
  "/auth/remove": ["DELETE"],
  "/home/upload": ["POST"],
  "/home/open": ["GET", "HEAD"],
  "/home/list": ["GET", "HEAD"],
  "/home/delete": ["DELETE"],
  "/home/media-file/:title": ["GET", "HEAD"],
  "/home/stream-audio/:title": ["GET", "HEAD"],
} as const;

const ourPaths = /^\/(?:auth|home)(?:\/|$)/;

/**
 * What the notestamp client of 2024 asks for (decision 0040): sessions by cookies, projects by their titles, media from the
 * site's own address, errors as text.
 */
export function notestampRouter(deps: NotestampDependencies): RequestHandler {
  const { accounts, media, projects, siteOrigins, clientOrigin } = deps;
  const sessions = cookieSessions({ ...deps, siteOrigin: siteOrigins[0] });
  const forms = uploadForms({
    storage: deps.mediaStorage,
    discard: media.discardReceived,
    open: deps.openUploads,
  });
  const sendMedia = mediaSender({ read: media.read, open: deps.openFiles });
  const origins = clientOrigin === undefined ? siteOrigins : [...siteOrigins, clientOrigin];
  const known = requireOrigin(origins);
  const knownOrProgram = requireOrigin(origins, { programs: true });
  const limit = { limit: "64kb" };
  const bodies = [express.json(limit), express.urlencoded({ ...limit, extended: false })];

  const router = Router();
  router.use(describe, allowClient(clientOrigin));
  for (const [path, methods] of Object.entries(notestampRoutes)) router.all(path, allow(methods));

  router.post("/auth/register", knownOrProgram, bodies, async (req: Request, res: Response) => {
    const client = clientOf(req);
    await accounts.admitRegistration(client);
    const person = parse(registration, userOf(req));
    const account = await accounts.register({ ...person, picture: undefined }, requesterOf(req));
    res.locals["accountId"] = account.id;
    sayText(res, "Account created");
  });

  router.post("/auth/signin", knownOrProgram, bodies, async (req: Request, res: Response) => {
    const { email, password } = parse(credentials, userOf(req));
    const { account } = await sessions.signIn(req, res, email, password);
    res.json({ email: account.email, directory: await directoryOf(account.id) });
  });

  router.delete("/auth/signout", known, async (req, res) => {
    await sessions.signOut(req, res);
    sayText(res, "Signed out");
  });

  router.delete("/auth/remove", known, async (req, res) => {
    const holder = await sessions.authenticate(req, res);
    await deps.sessions.requireFresh(holder);
    await accounts.removeProven(holder.accountId);
    res.removeHeader("set-cookie");
    sessions.clear(res);
    sayText(res, "Account removed");
  });

  router.post("/home/upload", known, async (req, res) => {
    const { accountId } = await sessions.authenticate(req, res); // before a byte of the form is stored
    const wanted = await forms.receive(req, res);
    const actor = { accountId, device: deviceName(req.headers["user-agent"] ?? null) };
    const saved = await projects.save(actor, wanted, requesterOf(req).signal);
    sessions.keepNewer(res);
    res.json(await directoryOf(accountId, saved));
  });

  router.get("/home/open", async (req, res) => {
    const { accountId } = await sessions.authenticate(req, res);
    const project = await projects.get(accountId, parse(named, req.query).name);
    const content = JSON.stringify(await projects.notesOf(project));
    res.json({ metadata: openedMetadataOf(project, originOf(req)), content });
  });

  router.get("/home/list", async (req, res) => {
    const { accountId } = await sessions.authenticate(req, res);
    res.json(await directoryOf(accountId));
  });

  router.delete("/home/delete", known, async (req, res) => {
    const { accountId } = await sessions.authenticate(req, res);
    await projects.bin(accountId, parse(named, req.query).name);
    res.json(await directoryOf(accountId));
  });

  for (const path of ["/home/media-file/:title", "/home/stream-audio/:title"]) {
    router.get(path, async (req, res) => {
      const { accountId } = await sessions.authenticate(req, res);
      const project = await projects.get(accountId, parse(inPath, req.params).title);
      if (!project.media) throw new AppError("not_found", "project has no media");
      await sendMedia(req, res, project.media);
    });
  }

  router.use(() => {
    throw new AppError("not_found", "no such route");
  });
  router.use(onError(deps.log, sendText));

  /** Metadata of all projects, the saved one first. */
  async function directoryOf(accountId: string, saved?: Project) {
    const all = await projects.list(accountId);
    const first = all.filter(({ id }) => id === saved?.id);
    return [...first, ...all.filter(({ id }) => id !== saved?.id)].map(metadataOf);
  }

  /** The origin by which the request came: one of ours, or the client's if that passes requests on. */
  function originOf({ headers }: Request): string {
    return origins.find((origin) => new URL(origin).host === headers.host) ?? siteOrigins[0];
  }

  return (req, res, next) => (ourPaths.test(req.path) ? router(req, res, next) : next());
}

/** The client's names for an account's address and password. */
function userOf({ body }: Request): unknown {
  const { username, password } = Object(body) as Record<string, unknown>;
  return { email: username, password };
}

function sayText(res: Response, text: string): void {
  res.type("text/plain").send(text);
}

const describe: RequestHandler = (_req, res, next) => {
  res.locals["mount"] = "";
  // Players of a page on another port of the host pass it.
  res.set("cross-origin-resource-policy", "same-site");
  next();
};
