import { type RequestHandler, Router } from "express";
import { AppError } from "../domain/app-error.ts";
import { type Operation, operations } from "./contract/operations.ts";

/**
 * Answers OPTIONS, and refuses with 405 every method that the contract lacks for a known path. Both responses carry
 * `Allow`. Unknown paths are left to the next handler.
 */
export function allowedMethods(): Router {
  const router = Router();
  for (const [path, methods] of methodsByPath()) router.all(path, allow(methods));
  return router;
}

function methodsByPath(): Map<string, string[]> {
  const byPath = new Map<string, string[]>();
  for (const { path, method } of Object.values<Operation>(operations)) {
    const methods = method === "get" ? ["GET", "HEAD"] : [method.toUpperCase()]; // Express routes HEAD to GET's handler
    byPath.set(path, [...(byPath.get(path) ?? []), ...methods]);
  }
  return byPath;
}

/** Answers OPTIONS, and refuses all methods but these. */
export function allow(methods: readonly string[]): RequestHandler {
  const allowed = [...methods, "OPTIONS"].join(", ");
  return (req, res, next) => {
    if (methods.includes(req.method)) return next();
    res.set("allow", allowed); // RFC 9110 section 15.5.6
    if (req.method !== "OPTIONS") throw new AppError("method_not_allowed", `takes ${allowed}`);
    res.status(204).end();
  };
}
