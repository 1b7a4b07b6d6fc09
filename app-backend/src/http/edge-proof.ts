import { timingSafeEqual } from "node:crypto";
import type { RequestHandler } from "express";
import { AppError } from "../domain/app-error.ts";

export const edgeProofHeader = "edge-proof";

/**
 * Refuses requests that did not come through the edge, before anything else is done for them: they could state any
 * address as their client's (docs/decisions/0032-edge-proof-in-a-key-value-store.md).
 */
export function requireEdgeProof(proofs: readonly Buffer[]): RequestHandler {
  return (req, _res, next) => {
    if (!isEdgeProof(req.headers[edgeProofHeader], proofs))
      throw new AppError("bad_origin", "no proof of the edge");
    next();
  };
}

/** Whether what a header states is one of the proofs; in the same time for all of one length. */
export function isEdgeProof(
  stated: string | readonly string[] | undefined,
  proofs: readonly Buffer[],
): boolean {
  const bytes = Buffer.from(String(stated ?? ""));
  return proofs.map((proof) => proof.length === bytes.length && timingSafeEqual(proof, bytes)).includes(true);
}
