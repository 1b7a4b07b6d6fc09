import { AsyncLocalStorage } from "node:async_hooks";
import type { Request, RequestHandler, Response } from "express";
import type { Logger } from "pino";

const requestScope = new AsyncLocalStorage<string>();

/** The id of the request on whose behalf this is called, at any depth; undefined outside of a request. */
export function currentRequest(): { requestId?: string } {
  const requestId = requestScope.getStore();
  return requestId === undefined ? {} : { requestId };
}

/** The status that nginx logs if the client left before the response. */
const clientClosedRequest = 499;

/** A finished request. */
export interface RequestLine {
  readonly method: string;
  /** The route's pattern, or `none`. */
  readonly route: string;
  readonly status: number;
  readonly ms: number;
  /** Problem code, if it was refused. */
  readonly refusal?: string | undefined;
}

/** Sets `x-request-id` on each response, and logs one line per finished request, without any of its content. */
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
    requestScope.run(requestId, next);
  };
}

function lineOf(req: Request, res: Response, ms: number) {
  return {
    requestId: res.locals["requestId"],
    method: req.method,
    // The pattern, not the path: an unknown path may contain anything.
    route: req.route ? `${res.locals["mount"] ?? "/api"}${req.route.path}` : "none",
    status: res.writableFinished ? res.statusCode : clientClosedRequest,
    ms: Math.round(ms * 10) / 10,
    accountId: res.locals["accountId"],
    ...(res.writableFinished ? {} : { aborted: true }),
    ...res.locals["refusal"],
  };
}
