import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { CreateBucketCommand, PutBucketCorsCommand, S3Client } from "@aws-sdk/client-s3";
import { type Services, startServices } from "../local-cloud/services/services.ts";
import { command } from "../cli/user-error.ts";
import { freePort } from "../cli/free-port.ts";
import { repository, stateRoot } from "../cli/paths.ts";
import { requireTools } from "../cli/requirements.ts";
import { run } from "../cli/run.ts";
import { say, step } from "../cli/steps.ts";

// The application on this machine with hot reload: no containers, its database kept between runs.
await command(async () => {
  await requireTools(["database", "moto"]);
  const folder = join(stateRoot, "dev");
  mkdirSync(folder, { recursive: true });
  const services = await step("Start a database and S3", () => startServices(folder));
  try {
    await serve(services);
  } finally {
    await services.stop();
  }
});

async function serve(services: Services): Promise<void> {
  const port = process.env["PORT"] || 5173;
  const site = `http://localhost:${port}`;
  const api = await freePort();
  const env: Record<string, string> = {
    ...services.environment,
    MYSQL_DATABASE: "tintype",
    BUCKET: "tintype-dev",
    SITE_ORIGIN: site,
    REFRESH_COOKIE: `refresh-${port}`,
    PORT: String(api),
    NODE_NO_WARNINGS: "1",
    ACCESS_TOKEN_SECRET: randomBytes(64).toString("base64"),
    REFRESH_TOKEN_SECRET: randomBytes(64).toString("base64"),
    // The database is kept between runs, and what this has encrypted in it.
    FACTORS_SECRET: createHash("sha512").update("tintype dev").digest("base64"),
  };
  await step("Make bucket and tables", async () => {
    await makeBucket("tintype-dev", site, services.environment);
    await makeTables(env);
  });

  const children = [
    spawn(
      process.execPath,
      [
        tool("tsx/dist/cli.mjs"),
        "watch",
        "--clear-screen=false",
        "app-backend/src/entrypoints/ec2/server.ts",
      ],
      {
        cwd: repository,
        stdio: "inherit",
        env: { ...process.env, ...env },
      },
    ),
    spawn(process.execPath, [tool("vite/bin/vite.js"), "app-frontend"], {
      cwd: repository,
      stdio: "inherit",
      env: { ...process.env, API_ORIGIN: `http://127.0.0.1:${api}` },
    }),
  ];
  say(`\n  ${site}\n\nCtrl-C ends it.`);
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => resolve());
    for (const child of children) child.once("exit", () => resolve());
  });
  await stopped;
  for (const child of children) child.kill("SIGTERM");
}

/** By path, not by npx: beside them npm puts the hosts' Node runtime, which is not this machine's. */
function tool(path: string): string {
  return join(repository, "node_modules", path);
}

async function makeTables(env: Record<string, string>): Promise<void> {
  const server = ["--protocol=tcp", "--host=127.0.0.1", `--port=${env["MYSQL_PORT"]}`, "--user=root"];
  const create = "CREATE DATABASE IF NOT EXISTS tintype";
  await run("mariadb", ["--no-defaults", ...server, "--execute", create]);
  const migrate = ["--import", "tsx", "app-backend/src/entrypoints/ec2/migrate.ts"];
  await run(process.execPath, migrate, { cwd: repository, env });
}

/** The emulated S3 forgets everything when it stops; pictures of accounts from earlier runs are gone with it. */
async function makeBucket(name: string, site: string, env: Record<string, string>): Promise<void> {
  const client = new S3Client({
    endpoint: env["AWS_ENDPOINT_URL_S3"]!,
    forcePathStyle: true,
    region: "us-east-1",
    credentials: { accessKeyId: env["AWS_ACCESS_KEY_ID"]!, secretAccessKey: env["AWS_SECRET_ACCESS_KEY"]! },
  });
  await client.send(new CreateBucketCommand({ Bucket: name }));
  // As the stack has it: the page sends images straight to the bucket.
  const rule = { AllowedOrigins: [site], AllowedMethods: ["GET", "HEAD", "PUT"], AllowedHeaders: ["*"] };
  await client.send(new PutBucketCorsCommand({ Bucket: name, CORSConfiguration: { CORSRules: [rule] } }));
}
