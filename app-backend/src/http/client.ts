import type { Request } from "express";
import type { Client } from "../domain/client.ts";

/** The client of a request. Express takes the address from the one trusted proxy; IPv4 may come mapped to IPv6. */
export function clientOf(req: Request): Client {
  return { address: req.ip?.replace(/^::ffff:(?=\d+\.)/i, ""), userAgent: req.headers["user-agent"] };
}
