import type { Request, RequestHandler } from "express";
import { requireSameOrigin } from "../same-origin.ts";

const preflightSeconds = "600";

/** Lets pages of the client's origin read answers (fetch.spec.whatwg.org, section 3.3), and those of no other. */
export function allowClient(clientOrigin: string | undefined): RequestHandler {
  return (req, res, next) => {
    res.vary("Origin");
    if (clientOrigin !== undefined && req.headers.origin === clientOrigin) {
      res.set({ "access-control-allow-origin": clientOrigin, "access-control-allow-credentials": "true" });
      if (req.method === "OPTIONS")
        res.set({
          "access-control-allow-methods": "GET, HEAD, POST, DELETE",
          "access-control-allow-headers": "content-type, range",
          "access-control-max-age": preflightSeconds,
        });
    }
    next();
  };
}

/**
 * Accepts requests that change something from the site and from the client, and with `programs` also JSON without an
 * Origin: no page can send that to another site.
 */
export function requireOrigin(
  origins: readonly string[],
  { programs = false }: { readonly programs?: boolean } = {},
): RequestHandler {
  const requireOne = requireSameOrigin(origins);
  return (req, res, next) =>
    programs && req.headers.origin === undefined && isJson(req) ? next() : requireOne(req, res, next);
}

function isJson(req: Request): boolean {
  return /^application\/json *(;|$)/i.test(req.headers["content-type"] ?? "");
}
