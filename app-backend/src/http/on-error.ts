import type { ErrorRequestHandler, Response } from "express";
import type { Logger } from "pino";
import { AppError } from "../domain/app-error.ts";
import { type Problem, problemOf } from "./contract/problem.ts";

const unavailableMs = 5_000;

/**
 * Translates errors to responses, except malformed HTTP (`unreadable.ts`). An error that is no AppError is a bug: it is
 * logged, the caller gets an id. `send` writes the response.
 */
export function onError(log: Logger, send = sendProblem): ErrorRequestHandler {
  return (thrown, _req, res, next) => {
    const error = ofFramework(thrown) ?? thrown;
    const isForeseen = error instanceof AppError;
    const requestId: string = res.locals["requestId"];
    if (!isForeseen) log.error({ requestId, err: error }, "bug");
    if (res.destroyed) return; // the client is gone: no response can be sent
    if (res.headersSent) return next(error);

    const problem = isForeseen ? problemOf(error.code, requestId, error) : problemOf("internal", requestId);
    res.locals["refusal"] = { code: problem.code, ...(isForeseen && { reason: error.message }) };
    if (problem.status === 503) log.warn({ requestId, err: error }, "unavailable");
    const retryAfterMs = isForeseen ? error.retryAfterMs : undefined;
    if (problem.status === 503 || retryAfterMs !== undefined)
      res.set("retry-after", String(Math.ceil((retryAfterMs ?? unavailableMs) / 1000)));
    send(res, problem);
  };
}

function sendProblem(res: Response, problem: Problem): void {
  if (problem.status === 401) res.set("www-authenticate", "Bearer"); // RFC 9110 section 15.5.2
  res.status(problem.status).type("application/problem+json").send(JSON.stringify(problem));
}

/** Express and its body parser report what is wrong with a request by errors with a status of 4xx. */
function ofFramework(error: unknown): AppError | undefined {
  if (error instanceof AppError || !(error instanceof Error) || !("status" in error)) return undefined;
  const isRefusal = typeof error.status === "number" && error.status >= 400 && error.status < 500;
  return isRefusal
    ? new AppError("malformed_request", `request is unreadable: ${error.name}`, { cause: error })
    : undefined;
}
