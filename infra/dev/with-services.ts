import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stopOwnEngine } from "../local-cloud/ec2/docker.ts";
import { startRedis } from "../local-cloud/services/redis.ts";
import { startServices } from "../local-cloud/services/services.ts";
import { command } from "../cli/user-error.ts";

// Runs a program with a fresh database, S3 and Redis around it, and ends them with it: with-services.ts PROGRAM ARG...
await command(async () => {
  const [program = "true", ...args] = process.argv.slice(2);
  const folder = mkdtempSync(join(tmpdir(), "tintype-services-"));
  const redis = await startRedis();
  const services = await startServices(folder).catch(async (error: unknown) => {
    await redis.stop(); // it would keep this process running
    throw error;
  });
  try {
    const child = spawn(program, args, {
      stdio: "inherit",
      env: { ...process.env, ...services.environment, ...redis.environment },
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
