import { Router } from "express";
import { AppError } from "../domain/app-error.ts";

const probeTimeoutMs = 2_000;

/** What the application cannot work without, by name. A probe resolves when its thing is there. */
export type Probes = Readonly<Record<string, () => Promise<void>>>;

/** `/health`: the process answers. `/ready`: so does all that it needs. */
export function healthRouter(release: string, probes: Probes): Router {
  const router = Router();

  router.get("/health", (_req, res) => {
    res.json({ status: "ok", release });
  });

  router.get("/ready", async (_req, res) => {
    const faults = (await Promise.all(Object.entries(probes).map(missing))).flat();
    const names = faults.map((fault) => fault.field).join(", ");
    if (faults.length > 0) throw new AppError("unavailable", `missing: ${names}`, { faults });
    res.json({ status: "ready" });
  });

  return router;
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
