import type { RequestHandler } from "express";
import { AppError } from "../domain/app-error.ts";

/** Like `requireSameOrigin`, for requests that programs other than browsers may send too: these send no Origin. */
export function refuseOtherOrigins(siteOrigins: readonly string[]): RequestHandler {
  const requireSame = requireSameOrigin(siteOrigins);
  return (req, res, next) => (req.headers.origin === undefined ? next() : requireSame(req, res, next));
}

/**
 * Accepts requests that the site itself sent: their Origin, scheme and port included, is one of those configured. The
 * Host header proves nothing: any name that resolves to this address arrives in it.
 * Plain HTTP has no Sec-Fetch-Site, so Origin is the only evidence; browsers send it with every POST and DELETE.
 */
export function requireSameOrigin(siteOrigins: readonly string[]): RequestHandler {
  return (req, _res, next) => {
    const { origin } = req.headers;
    if (origin === undefined) throw new AppError("bad_origin", "no Origin");
    if (!siteOrigins.includes(origin)) throw new AppError("bad_origin", `Origin is ${origin}`);
    next();
  };
}
