import type { RequestHandler } from "express";
import type { PublicKey } from "../ports/tokens.ts";
import { allow } from "./allowed-methods.ts";

/** Less than the time between a key's publication and its first signature, with a restart in between. */
const maxAgeSeconds = 30;

/** Answers with the set of public keys (RFC 7517, section 5). Mounted at its path. */
export function publishKeys(publicKeys: () => readonly PublicKey[]): RequestHandler {
  const methods = allow(["GET", "HEAD"]);
  return (req, res, next) => {
    if (req.path !== "/") return next();
    methods(req, res, () => {
      res.set("cache-control", `public, max-age=${maxAgeSeconds}`).json({ keys: publicKeys() });
    });
  };
}
