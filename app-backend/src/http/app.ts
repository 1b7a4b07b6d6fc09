import express, { type Express, type RequestHandler } from "express";
import type { StorageEngine } from "multer";
import type { Logger } from "pino";
import { AppError } from "../domain/app-error.ts";
import type { PublicKey } from "../ports/tokens.ts";
import type { AccountUseCases } from "../usecases/accounts.ts";
import type { CodeUseCases } from "../usecases/identity/codes.ts";
import type { ImageUseCases } from "../usecases/images.ts";
import type { MediaUseCases } from "../usecases/media.ts";
import type { ProjectUseCases } from "../usecases/projects.ts";
import type { PasskeyUseCases } from "../usecases/identity/passkeys.ts";
import type { PasswordUseCases } from "../usecases/identity/passwords.ts";
import type { PhoneUseCases } from "../usecases/identity/phones.ts";
import type { ProviderUseCases } from "../usecases/identity/providers.ts";
import type { SessionUseCases } from "../usecases/identity/sessions.ts";
import type { FactorUseCases } from "../usecases/identity/factors.ts";
import type { StepUpUseCases } from "../usecases/identity/step-up.ts";
import type { PictureUploads } from "../usecases/picture-uploads.ts";
import { accountRouter } from "./account.ts";
import { allowedMethods } from "./allowed-methods.ts";
import { answerHeaders } from "./answer-headers.ts";
import { authRouter } from "./auth.ts";
import { factorsRouter } from "./factors.ts";
import { imagesRouter } from "./images.ts";
import { publishKeys } from "./key-set.ts";
import { mediaRouter } from "./media.ts";
import { projectsRouter } from "./projects.ts";
import { providersRouter } from "./providers.ts";
import { passkeysRouter } from "./passkeys.ts";
import { onError } from "./on-error.ts";
import { openRouter, type Probes } from "./health.ts";
import type { CodeFormat } from "../domain/code.ts";
import type { Slots } from "../domain/slots.ts";
import { noForms, pictureForms } from "./picture-form.ts";
import {
  challengeCookie,
  flowCookie,
  passkeyCookie as cookieOfPasskeys,
  refreshCookie,
} from "./refresh-cookie.ts";
import { type RequestLine, requestLog } from "./request-log.ts";
import { limitRequests } from "./requester.ts";
import { refuseSlowBodies } from "./slow-bodies.ts";

export interface HttpDependencies {
  readonly accounts: AccountUseCases;
  readonly sessions: SessionUseCases;
  readonly stepUp: StepUpUseCases;
  readonly factors: FactorUseCases;
  readonly passkeys: PasskeyUseCases;
  readonly phones: PhoneUseCases;
  readonly passwords: PasswordUseCases;
  readonly providers: ProviderUseCases;
  readonly codes: CodeUseCases;
  readonly images: ImageUseCases;
  readonly projects: ProjectUseCases;
  readonly media: MediaUseCases;
  readonly pictureUploads: PictureUploads;
  /** Stores pictures that come in forms. Undefined: bodies arrive whole and are small, and forms are refused. */
  readonly pictureStorage: StorageEngine | undefined;
  readonly openForms: Slots;
  readonly openNotes: Slots;
  /** Refuses requests before anything is done for them. */
  readonly admit?: RequestHandler | undefined;
  readonly probes: Probes;
  /** By which access tokens are verified elsewhere. */
  readonly publicKeys: () => readonly PublicKey[];
  /** The site's origins: the first is its main one, the others also serve it. */
  readonly siteOrigins: readonly [string, ...string[]];
  /** Name of the refresh cookie. */
  readonly cookieName: string;
  /** Whether codes are mailed. Otherwise the operator passes them on from the log. */
  readonly sendsMail: boolean;
  /** Whether browsers have passkeys on this site. */
  readonly hasPasskeys: boolean;
  /** Whether a phone number can be a second factor. */
  readonly sendsTexts: boolean;
  readonly codeFormat: CodeFormat;
  readonly release: string;
  readonly log: Logger;
  /** Called when a request is finished. */
  readonly onRequest: (line: RequestLine) => void;
  /** Answers requests outside of the API, or passes them on. */
  readonly facade?: RequestHandler | undefined;
  readonly newId: () => string;
  /** The deadline of a request after its body was received. */
  readonly deadlineMs?: number | undefined;
}

/** The API as an Express application, which does not listen yet. */
export function httpApp(deps: HttpDependencies): Express {
  const { accounts, sessions, stepUp, passkeys, passwords, codes, images, pictureUploads, siteOrigins } =
    deps;
  const { pictureStorage: storage, openForms: open } = deps;
  const forms = storage ? pictureForms({ storage, discard: accounts.discard, open }) : noForms();
  const cookie = refreshCookie(siteOrigins[0], deps.cookieName);
  const passkeyCookie = cookieOfPasskeys(siteOrigins[0], deps.cookieName);

  const app = express();
  app.disable("x-powered-by").disable("etag");
  app.set("trust proxy", 1); // nginx on the frontend host is the only proxy
  app.use(
    requestLog(deps.log, deps.newId, deps.onRequest),
    setAnswerHeaders,
    ...(deps.admit ? [deps.admit] : []),
    limitRequests(deps.deadlineMs),
    ...(storage ? [refuseSlowBodies()] : []),
  );
  app.use("/.well-known/jwks.json", publishKeys(deps.publicKeys));
  if (deps.facade) app.use(deps.facade);
  app.use("/api", allowedMethods());
  app.use("/api", openRouter(deps));
  app.use("/api", projectsRouter(deps.projects, sessions, deps.openNotes));
  app.use("/api", express.json({ limit: "64kb" }));
  app.use(
    "/api",
    authRouter({
      ...{ accounts, sessions, stepUp, passkeys, passwords, codes, pictureUploads, forms },
      ...{ cookie, passkeyCookie, siteOrigins },
    }),
    passkeysRouter({ passkeys, sessions, passkeyCookie, siteOrigins }),
    providersRouter({
      ...{ providers: deps.providers, sessions, cookie, siteOrigins },
      flowCookie: flowCookie(siteOrigins[0], deps.cookieName),
      challengeCookie: challengeCookie(siteOrigins[0], deps.cookieName),
    }),
    accountRouter({ accounts, sessions, pictureUploads, forms }),
    factorsRouter(deps),
    imagesRouter(images, sessions),
    mediaRouter(deps.media, sessions),
  );
  app.use(() => {
    throw new AppError("not_found", "no such route");
  });
  app.use(onError(deps.log));
  return app;
}

const setAnswerHeaders: RequestHandler = (_req, res, next) => {
  res.set(answerHeaders);
  next();
};
