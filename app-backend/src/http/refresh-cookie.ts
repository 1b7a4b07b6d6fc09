import { parseCookie } from "cookie";
import type { CookieOptions, Request, Response } from "express";
import { challengeLifeMs } from "../domain/challenge.ts";
import { flowLifeMs } from "../domain/provider-flow.ts";
import { passkeyLifeMs } from "../domain/passkey.ts";
import { refreshIdleMs } from "../domain/session.ts";

/** A cookie for the API alone. */
export type HostCookie = ReturnType<typeof hostCookie>;

export type RefreshCookie = HostCookie;

/** The cookie of the refresh token. */
export function refreshCookie(siteOrigin: string, plainName: string): RefreshCookie {
  return hostCookie(siteOrigin, plainName, "strict", refreshIdleMs);
}

/**
 * The cookie of a person who is at a provider. Not strict: a browser that comes back from another site would not send it.
 */
export function flowCookie(siteOrigin: string, refreshCookieName: string): HostCookie {
  return hostCookie(siteOrigin, `${refreshCookieName}-provider`, "lax", flowLifeMs);
}

/** The cookie of a challenge that the page fetches after a navigation: no URL holds its token. */
export function challengeCookie(siteOrigin: string, refreshCookieName: string): HostCookie {
  return hostCookie(siteOrigin, `${refreshCookieName}-challenge`, "strict", challengeLifeMs);
}

/** The cookie of a challenge for an authenticator: another browser's answer to it is refused. */
export function passkeyCookie(siteOrigin: string, refreshCookieName: string): HostCookie {
  return hostCookie(siteOrigin, `${refreshCookieName}-passkey`, "strict", passkeyLifeMs);
}

/**
 * Browsers drop `Secure` and `__Host-` cookies that are set over plain HTTP. Cookies are not separated by port: sites that
 * share a host, such as two on localhost, need different names.
 */
function hostCookie(siteOrigin: string, plainName: string, sameSite: "strict" | "lax", maxAge: number) {
  const secure = siteOrigin.startsWith("https:");
  const name = secure ? `__Host-${plainName}` : plainName;
  const attributes: CookieOptions = { httpOnly: true, sameSite, path: "/", secure };

  return {
    read: (req: Request): string | undefined => parseCookie(req.headers.cookie ?? "")[name],
    set: (res: Response, token: string) => res.cookie(name, token, { ...attributes, maxAge }),
    clear: (res: Response) => res.clearCookie(name, attributes),
  };
}
