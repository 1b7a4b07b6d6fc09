import express, { type Express } from "express";
import type { AppError } from "../domain/app-error.ts";
import { answerHeaders } from "./answer-headers.ts";
import type { HttpDependencies } from "./app.ts";
import { onError } from "./on-error.ts";
import { requestLog } from "./request-log.ts";

type Dependencies = Pick<HttpDependencies, "log" | "newId" | "onRequest">;

/** Answers each request by that error. It stands for an API that cannot be opened now. */
export function refusingApp({ log, newId, onRequest }: Dependencies, error: AppError): Express {
  const app = express();
  app.disable("x-powered-by").disable("etag");
  app.use(requestLog(log, newId, onRequest), (_req, res) => {
    res.set(answerHeaders);
    throw error;
  });
  app.use(onError(log));
  return app;
}
