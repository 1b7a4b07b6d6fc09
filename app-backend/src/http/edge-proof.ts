import { timingSafeEqual } from "node:crypto";
import type { RequestHandler } from "express";
import { AppError } from "../domain/app-error.ts";

/**
 * Refuses requests that did not come through the edge, before anything else is done for them: they could state any
 * address as their client's (docs/decisions/0032-edge-proof-in-a-key-value-store.md).
 */
export function requireEdgeProof(proofs: readonly Buffer[]): RequestHandler {
  return (req, _res, next) => {
    const stated = Buffer.from(String(req.headers["x-edge-proof"] ?? ""));
    const isOne = proofs.map((proof) => proof.length === stated.length && timingSafeEqual(proof, stated));
    if (!isOne.includes(true)) throw new AppError("bad_origin", "no proof of the edge");
    next();
  };
}
