import { parseCookie } from "cookie";
import type { CookieOptions, Request, Response } from "express";
import { refreshIdleMs } from "../domain/session.ts";

export type RefreshCookie = ReturnType<typeof refreshCookie>;

/**
 * The cookie of the refresh token. Browsers drop `Secure` and `__Host-` cookies that are set over plain HTTP. Cookies are
 * not separated by port: sites that share a host, such as two on localhost, need different names.
 */
export function refreshCookie(siteOrigin: string, plainName: string) {
  const secure = siteOrigin.startsWith("https:");
  const name = secure ? `__Host-${plainName}` : plainName;
  const attributes: CookieOptions = { httpOnly: true, sameSite: "strict", path: "/", secure };

  return {
    read: (req: Request): string | undefined => parseCookie(req.headers.cookie ?? "")[name],
    set: (res: Response, token: string) => res.cookie(name, token, { ...attributes, maxAge: refreshIdleMs }),
    clear: (res: Response) => res.clearCookie(name, attributes),
  };
}
