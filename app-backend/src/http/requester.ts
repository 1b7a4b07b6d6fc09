import type { Request, RequestHandler } from "express";
import { AppError } from "../domain/app-error.ts";
import { networkOfClient, type Requester } from "../domain/client.ts";
import { clientOf } from "./client.ts";

/** Shorter than nginx's `proxy_read_timeout` of 60 s by the time of the last statements: the API responds first. */
const deadlineMs = 50_000;

interface Deadline {
  readonly signal: AbortSignal;
  /** Restarts the deadline from now. @default - the one of all requests */
  start(ms?: number): void;
  /** Stops the deadline while a body is received, which has its own limits. */
  hold(): void;
}

const deadlines = new WeakMap<Request, Deadline>();

/**
 * Adds a signal to each request that is aborted when its client is gone or its deadline has passed. A request that is
 * already destroyed is not handled.
 */
export function limitRequests(timeoutMs = deadlineMs): RequestHandler {
  return (req, res, next) => {
    if (req.destroyed || res.destroyed) return;
    const controller = new AbortController();
    const expire = () => controller.abort(new AppError("unavailable", "deadline of the request has passed"));
    let timer: NodeJS.Timeout | undefined;
    const hold = () => clearTimeout(timer);
    const start = (ms = timeoutMs) => {
      hold();
      if (!res.destroyed) timer = setTimeout(expire, ms).unref();
    };
    deadlines.set(req, { signal: controller.signal, start, hold });
    start();
    res.once("close", () => {
      hold();
      if (!res.writableFinished) controller.abort(new AppError("unavailable", "client is gone"));
    });
    next();
  };
}

export function deadlineOf(req: Request): Deadline {
  return deadlines.get(req)!;
}

/** The network that sent the request, and the signal that ends its work. */
export function requesterOf(req: Request): Requester {
  return { signal: deadlineOf(req).signal, network: networkOfClient(clientOf(req)) };
}
