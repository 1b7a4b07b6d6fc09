import { AsyncLocalStorage } from "node:async_hooks";
import type { Request, RequestHandler, Response } from "express";
import type { Logger } from "pino";

const underWay = new AsyncLocalStorage<string>();

/** The request on whose behalf this is called, however deep; nothing outside of one. */
export function currentRequest(): { requestId?: string } {
  const requestId = underWay.getStore();
  return requestId === undefined ? {} : { requestId };
}

/** What nginx writes of a request whose client left before the answer. */
const clientClosedRequest = 499;

/** What a request was, when it is over. */
export interface RequestLine {
  readonly method: string;
  /** The pattern, or `none`. */
  readonly route: string;
  readonly status: number;
  readonly ms: number;
  /** Code of the refusal, where it was one. */
  readonly refusal?: string | undefined;
}

/** Names each request in `x-request-id`, and writes one line when it is over. Nothing of what it carried is in there. */
export function requestLog(
  log: Logger,
  newId: () => string,
  onRequest: (line: RequestLine) => void,
): RequestHandler {
  return (req, res, next) => {
    const startedAt = performance.now();
    const requestId = newId();
    res.locals["requestId"] = requestId;
    res.set("x-request-id", requestId);
    res.once("close", () => {
      const line = lineOf(req, res, performance.now() - startedAt);
      log.info(line, "request");
      onRequest({ ...line, refusal: res.locals["refusal"]?.code });
    });
    underWay.run(requestId, next);
  };
}

function lineOf(req: Request, res: Response, ms: number) {
  return {
    requestId: res.locals["requestId"],
    method: req.method,
    // The pattern, not the path: a path that no route knows may hold anything.
    route: req.route ? `/api${req.route.path}` : "none",
    status: res.writableFinished ? res.statusCode : clientClosedRequest,
    ms: Math.round(ms * 10) / 10,
    accountId: res.locals["accountId"],
    ...(res.writableFinished ? {} : { aborted: true }),
    ...res.locals["refusal"],
  };
}
