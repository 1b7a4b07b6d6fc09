import type { Request } from "express";
import type { Client } from "../domain/client.ts";

/** Who sends a request. Express takes the address from what the one trusted proxy says; IPv4 may come dressed as IPv6. */
export function clientOf(req: Request): Client {
  return { address: req.ip?.replace(/^::ffff:(?=\d+\.)/i, ""), userAgent: req.headers["user-agent"] };
}
