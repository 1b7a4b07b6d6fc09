import type { Request } from "express";
import type { Client } from "../domain/client.ts";

/** Who sends a request. Express takes the address from what the one trusted proxy says. */
export function clientOf(req: Request): Client {
  return { address: req.ip, userAgent: req.headers["user-agent"] };
}
