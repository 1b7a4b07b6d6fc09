import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stopOwnEngine } from "../local-cloud/ec2/docker.ts";
import { startRedis } from "../local-cloud/services/redis.ts";
import { startServices } from "../local-cloud/services/services.ts";
import { command } from "../cli/user-error.ts";

// Runs a program with a fresh database, Redis and emulated clouds around it, and ends them with it:
// with-services.ts [CLOUDS] PROGRAM ARG...
await command(async () => {
  const given = process.argv.slice(2);
  const clouds = /^\d+$/.test(given[0] ?? "") ? Number(given.shift()) : 1;
  const [program = "true", ...args] = given;
  const folder = mkdtempSync(join(tmpdir(), "tintype-services-"));
  const redis = await startRedis();
  const services = await startServices(folder, clouds).catch(async (error: unknown) => {
    await redis.stop(); // it would keep this process running
    throw error;
  });
  try {
    const environment = { ...services.environment, ...redis.environment };
    const child = spawn(program, args, {
      stdio: "inherit",
      env: { ...process.env, ...environment, CLOUDS: JSON.stringify(services.clouds) },
    });
    // The program hears the terminal's signal too; this process stays to clear up after it.
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => child.kill(signal));
    const [code] = (await once(child, "exit")) as [number | null];
    process.exitCode = code ?? 1;
  } finally {
    await Promise.all([services.stop(), redis.stop()]);
    await stopOwnEngine(); // tests in several processes may have started one
    rmSync(folder, { recursive: true });
  }
});
