import express, { type ErrorRequestHandler, type Express, type Response, type Router } from "express";
import type { Logger } from "pino";
import { AppError, type ErrorCode } from "../../domain/app-error.ts";
import { allow } from "../allowed-methods.ts";
import { answerHeaders } from "../answer-headers.ts";
import type { Problem } from "../contract/problem.ts";
import { type Probes, readiness } from "../health.ts";
import { onError } from "../on-error.ts";
import { type RequestLine, requestLog } from "../request-log.ts";
import { limitRequests } from "../requester.ts";
import { refuseSlowBodies } from "../slow-bodies.ts";

export interface ServiceDependencies {
  readonly probes: Probes;
  readonly log: Logger;
  readonly newId: () => string;
  readonly onRequest: (line: RequestLine) => void;
  readonly release: string;
}

interface Contract {
  /** Its paths with their methods, by which 405 and Allow are answered. */
  readonly routes: Readonly<Record<string, readonly string[]>>;
  readonly router: Router;
  /** What `error` says, if it is not the title of the problem. */
  readonly errors: Readonly<Partial<Record<ErrorCode, string>>>;
}

/**
 * One service of the contract of login and profile (decision 0050). Errors are problem documents which have, as the first
 * services did, a text `error`.
 */
export function serviceApp(deps: ServiceDependencies, { routes, router, errors }: Contract): Express {
  const { probes, log, newId, onRequest, release } = deps;
  const app = express();
  app.disable("x-powered-by").disable("etag");
  app.set("trust proxy", 1); // the proxy of the stack is the only one
  app.use(requestLog(log, newId, onRequest), (_req, res, next) => {
    res.locals["mount"] = "";
    res.set(answerHeaders);
    next();
  });
  app.use(limitRequests(), refuseSlowBodies());
  for (const [path, methods] of Object.entries(routes)) app.all(path, allow(methods));
  app.get("/health", (_req, res) => void res.json({ status: "ok", release }));
  app.get("/ready", readiness(probes));
  // Whatever a body is labelled as, it is JSON: curl labels it as a form. No cookie proves anything here, so a page of
  // another site that sends one has no one's rights.
  app.use(express.json({ limit: "16kb", type: () => true }));
  app.use(router);
  app.use(() => {
    throw new AppError("not_found", "no such route");
  });
  app.use(asUnprocessable, onError(log, sendProblem(errors)));
  return app;
}

/** The contract has one status, 422, for all that can be wrong with a body. */
const asUnprocessable: ErrorRequestHandler = (error, _req, _res, next) => {
  const { code, status, faults } = error as { code?: unknown; status?: unknown; faults?: AppError["faults"] };
  const isOfParser = typeof status === "number" && status >= 400 && status < 500;
  if (!isOfParser && code !== "malformed_request") return next(error);
  next(
    new AppError("invalid_input", "body is not what the contract says", {
      cause: error,
      ...(faults && { faults }),
    }),
  );
};

function sendProblem(errors: Contract["errors"]) {
  return (res: Response, problem: Problem): void => {
    if (problem.status === 401) res.set("www-authenticate", "Bearer"); // RFC 9110 section 15.5.2
    const error = (problem.code !== "internal" && errors[problem.code]) || problem.title;
    res
      .status(problem.status)
      .type("application/problem+json")
      .send(JSON.stringify({ ...problem, error }));
  };
}
