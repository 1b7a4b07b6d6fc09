import type { Request, RequestHandler, Response } from "express";
import type { Logger } from "pino";

/** Names each request in `x-request-id`, and writes one line when it is over. Nothing of what it carried is in there. */
export function requestLog(log: Logger, newId: () => string): RequestHandler {
  return (req, res, next) => {
    const startedAt = performance.now();
    const requestId = newId();
    res.locals["requestId"] = requestId;
    res.set("x-request-id", requestId);
    res.once("close", () => log.info(lineOf(req, res, performance.now() - startedAt), "request"));
    next();
  };
}

function lineOf(req: Request, res: Response, ms: number) {
  return {
    requestId: res.locals["requestId"],
    method: req.method,
    // The pattern, not the path: a path that no route knows may hold anything.
    route: req.route?.path ?? "none",
    status: res.statusCode,
    ms: Math.round(ms * 10) / 10,
    accountId: res.locals["accountId"],
    ...(res.writableFinished ? {} : { aborted: true }),
    ...res.locals["refusal"],
  };
}
