import { type RequestHandler, Router } from "express";
import { AppError } from "../domain/app-error.ts";
import type { CodeFormat } from "../domain/code.ts";
import { operations } from "./contract/operations.ts";
import { openapi } from "./contract/openapi.ts";

const probeTimeoutMs = 2_000;

/** The dependencies of the application, by name. A probe resolves if its dependency is available. */
export type Probes = Readonly<Record<string, () => Promise<void>>>;

interface Dependencies {
  readonly release: string;
  readonly probes: Probes;
  readonly sendsMail: boolean;
  readonly hasPasskeys: boolean;
  readonly sendsTexts: boolean;
  readonly codeFormat: CodeFormat;
}

/** Routes without sign-in: health, readiness and the API's description. */
export function openRouter(deps: Dependencies): Router {
  const { release, probes, sendsMail, sendsTexts, hasPasskeys: passkeys, codeFormat } = deps;
  const router = Router();

  router.get(operations.health.path, (_req, res) => {
    res.json({ status: "ok", release });
  });

  router.get(operations.ready.path, readiness(probes));

  router.get(operations.settings.path, (_req, res) => {
    const { digits, lifeMs } = codeFormat;
    const codes = { digits, confirmSeconds: lifeMs.confirm / 1000, resetSeconds: lifeMs.reset / 1000 };
    res.json({ sendsMail, sendsTexts, passkeys, codes });
  });

  const description = openapi(release);
  router.get(operations.openapi.path, (_req, res) => {
    res.json(description);
  });

  return router;
}

/** Answers whether all dependencies are available. Throws `unavailable`, and names those that are not. */
export function readiness(probes: Probes): RequestHandler {
  return async (_req, res) => {
    const faults = (await Promise.all(Object.entries(probes).map(missing))).flat();
    const names = faults.map((fault) => fault.field).join(", ");
    if (faults.length > 0) throw new AppError("unavailable", `missing: ${names}`, { faults });
    res.json({ status: "ready" });
  };
}

async function missing([name, probe]: [string, () => Promise<void>]) {
  return Promise.race([probe(), timeout()]).then(
    () => [],
    () => [{ field: name, message: "does not answer" }],
  );
}

function timeout(): Promise<never> {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new Error("timed out")), probeTimeoutMs).unref();
  });
}
