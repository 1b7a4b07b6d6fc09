import express, { type Express, type RequestHandler, type Response } from "express";
import type { Logger } from "pino";
import { AppError } from "../domain/app-error.ts";
import type { Verify } from "../usecases/identity/verification.ts";
import { answerHeaders } from "./answer-headers.ts";
import { tokenOf } from "./authenticate.ts";
import type { Problem } from "./contract/problem.ts";
import { onError } from "./on-error.ts";
import { type RequestLine, requestLog } from "./request-log.ts";

interface Dependencies {
  readonly verify: Verify;
  /** Throws `unavailable` while no token can be verified. */
  readonly ready: () => Promise<void>;
  readonly log: Logger;
  readonly newId: () => string;
  readonly onRequest: (line: RequestLine) => void;
  readonly release: string;
}

/** What stands in a header as it is: visible characters of ASCII. */
const plain = /^[!-~]{1,255}$/;

/**
 * Answers proxies: who sent a request, by its bearer token. Method, path, query, body and other headers are the client's,
 * and mean nothing. What the person may do is for the application to decide.
 */
export function verifierApp({ verify, ready, log, newId, onRequest, release }: Dependencies): Express {
  const app = express();
  app.disable("x-powered-by").disable("etag");
  app.use(requestLog(log, newId, onRequest), setHeaders);
  app.get("/health", (_req, res) => void res.json({ status: "ok", release }));
  app.get("/ready", async (_req, res) => {
    await ready();
    res.json({ status: "ready" });
  });
  app.use("/verify", answerWho(verify));
  app.use(() => {
    throw new AppError("not_found", "no such route");
  });
  app.use(onError(log, sendProblem));
  return app;
}

const setHeaders: RequestHandler = (_req, res, next) => {
  res.locals["mount"] = "";
  res.set(answerHeaders);
  next();
};

function answerWho(verify: Verify): RequestHandler {
  return async (req, res) => {
    // Of two, another program may read the other one.
    if ((req.headersDistinct["authorization"] ?? []).length > 1)
      throw new AppError("not_signed_in", "more than one Authorization");
    const { issuer, subject, sessionId } = await verify(tokenOf(req));
    if (![issuer, subject, sessionId].every((text) => plain.test(text)))
      throw new AppError("not_signed_in", "token states what no header can hold");
    // All of them with each answer: a proxy then replaces whatever the client has sent.
    res.set({ "x-auth-issuer": issuer, "x-auth-subject": subject, "x-auth-session": sessionId });
    res.status(200).end();
  };
}

/** RFC 6750, section 3. */
function sendProblem(res: Response, problem: Problem): void {
  const hasToken = res.req.headers.authorization !== undefined;
  if (problem.status === 401)
    res.set("www-authenticate", `Bearer realm="tintype"${hasToken ? ', error="invalid_token"' : ""}`);
  res.status(problem.status).type("application/problem+json").send(JSON.stringify(problem));
}
