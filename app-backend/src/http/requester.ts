import type { Request, RequestHandler } from "express";
import { AppError } from "../domain/app-error.ts";
import { networkOfClient, type Requester } from "../domain/client.ts";
import { clientOf } from "./client.ts";

/** Shorter than nginx's `proxy_read_timeout` of 60 s by what the last statements may take: the API answers first. */
const deadlineMs = 50_000;

interface Deadline {
  readonly signal: AbortSignal;
  /** Starts the time again from now. */
  start(): void;
  /** Stops the time while a body is received, which has limits of its own. */
  hold(): void;
}

const deadlines = new WeakMap<Request, Deadline>();

/**
 * Gives each request a signal that is aborted when its client is gone or its deadline has passed. A request that is
 * destroyed already goes no further.
 */
export function limitRequests(timeoutMs = deadlineMs): RequestHandler {
  return (req, res, next) => {
    if (req.destroyed || res.destroyed) return;
    const controller = new AbortController();
    const expire = () => controller.abort(new AppError("unavailable", "deadline of the request has passed"));
    let timer: NodeJS.Timeout | undefined;
    const hold = () => clearTimeout(timer);
    const start = () => {
      hold();
      if (!res.destroyed) timer = setTimeout(expire, timeoutMs).unref();
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

/** Which network sends the request, and until when it is worth working on. */
export function requesterOf(req: Request): Requester {
  return { signal: deadlineOf(req).signal, network: networkOfClient(clientOf(req)) };
}
