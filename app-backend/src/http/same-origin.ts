import type { RequestHandler } from "express";
import { AppError } from "../domain/app-error.ts";

/** As `requireSameOrigin`, for what programs that are no browsers may send too: these name no Origin. */
export function refuseOtherOrigins(siteOrigin: string): RequestHandler {
  const requireSame = requireSameOrigin(siteOrigin);
  return (req, res, next) => (req.headers.origin === undefined ? next() : requireSame(req, res, next));
}

/**
 * Lets a request pass that the site itself sent: its Origin is the configured one, or names the host it was sent to.
 * Plain HTTP carries no Sec-Fetch-Site, so Origin is all there is; browsers send it with every POST and DELETE.
 */
export function requireSameOrigin(siteOrigin: string): RequestHandler {
  return (req, _res, next) => {
    const { origin, host } = req.headers; // not `req.host`, which believes X-Forwarded-Host
    if (origin === undefined) throw new AppError("bad_origin", "no Origin");
    if (origin !== siteOrigin && hostOf(origin) !== host)
      throw new AppError("bad_origin", `Origin is ${origin}`);
    next();
  };
}

function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}
