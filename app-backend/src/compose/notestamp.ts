import type { RequestHandler } from "express";
import type { StorageEngine } from "multer";
import type { Logger } from "pino";
import { jwtTokens } from "../adapters/jwt/tokens.ts";
import type { ServerConfig } from "../config/ec2.ts";
import { facadeFileSlots, facadeUploadSlots, slots } from "../domain/slots.ts";
import { notestampRouter } from "../http/notestamp/router.ts";
import type { Metrics } from "../ports/metrics.ts";
import { projectsByTitle } from "../usecases/projects-by-title.ts";
import type { UseCases } from "./application.ts";

interface Dependencies {
  readonly mediaStorage: StorageEngine;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly newId: () => string;
  readonly config: ServerConfig;
}

/** The facade for the notestamp client, over the use cases of the API. Its tokens are for it alone. */
export function notestamp({ mediaStorage, log, metrics, newId, config }: Dependencies) {
  return ({ accounts, sessionsBy, media, projects }: UseCases): RequestHandler => {
    const [openUploads, openFiles] = [slots(facadeUploadSlots), slots(facadeFileSlots)];
    metrics.slots("facade_uploads", openUploads.taken);
    metrics.slots("facade_files", openFiles.taken);
    return notestampRouter({
      accounts,
      sessions: sessionsBy(jwtTokens({ ...config, newId, audience: "tintype-notestamp" })),
      media,
      projects: projectsByTitle({ projects, media }),
      mediaStorage,
      ...{ openUploads, openFiles },
      siteOrigins: config.siteOrigins,
      clientOrigin: config.notestamp?.clientOrigin,
      cookieName: config.refreshCookie,
      log,
    });
  };
}
