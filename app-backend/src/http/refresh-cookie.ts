import { parseCookie } from "cookie";
import type { CookieOptions, Request, Response } from "express";
import { refreshIdleMs } from "../domain/session.ts";

export type RefreshCookie = ReturnType<typeof refreshCookie>;

/** The cookie that carries the refresh token. Browsers drop `Secure` and `__Host-` cookies that come over plain HTTP. */
export function refreshCookie(siteOrigin: string) {
  const secure = siteOrigin.startsWith("https:");
  const name = secure ? "__Host-refresh" : "refresh";
  const attributes: CookieOptions = { httpOnly: true, sameSite: "strict", path: "/", secure };

  return {
    read: (req: Request): string | undefined => parseCookie(req.headers.cookie ?? "")[name],
    set: (res: Response, token: string) => res.cookie(name, token, { ...attributes, maxAge: refreshIdleMs }),
    clear: (res: Response) => res.clearCookie(name, attributes),
  };
}
