import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { TestApp } from "./app.ts";

const argumentsFor = (entrypoint: "server" | "integrity" | "reset-factor") => [
  "--no-warnings",
  "--import",
  "tsx",
  fileURLToPath(new URL(`../src/entrypoints/ec2/${entrypoint}.ts`, import.meta.url)),
];

/** The environment of a process with the database and bucket of an application in this process. */
function environmentOf({ config, siteOrigin }: TestApp): NodeJS.ProcessEnv {
  const { database, storage, notestamp } = config;
  return {
    ...process.env,
    NODE_OPTIONS: "",
    PORT: "0",
    SITE_ORIGIN: siteOrigin,
    MYSQL_HOST: database.host,
    MYSQL_PORT: String(database.port),
    MYSQL_USER: database.user,
    MYSQL_PASSWORD: database.password,
    MYSQL_DATABASE: database.database,
    BUCKET: storage.bucket,
    AWS_REGION: storage.region,
    AWS_ENDPOINT_URL_S3: storage.endpoint,
    ...(notestamp && { NOTESTAMP: notestamp.clientOrigin ?? "on" }),
    ACCESS_TOKEN_SECRET: config.accessSecrets.current.toString("base64"),
    REFRESH_TOKEN_SECRET: config.refreshSecrets.current.toString("base64"),
    FACTORS_SECRET: config.factorSecrets.current.toString("base64"),
  };
}

/** Starts the server as a separate process. */
export async function startProcess(app: TestApp) {
  const { siteOrigin } = app;
  const child = spawn(process.execPath, argumentsFor("server"), {
    stdio: ["ignore", "pipe", "inherit"],
    env: environmentOf(app),
  });
  const port = await new Promise<number>((resolve, reject) => {
    let printed = "";
    child.once("exit", (code) => reject(new Error(`the server ended with ${code}: ${printed}`)));
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      printed += text;
      const found = /"port":(\d+)/.exec(printed)?.[1];
      if (found) resolve(Number(found));
    });
  });

  async function end(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    child.kill(signal);
    await once(child, "exit");
  }
  const url = `http://127.0.0.1:${port}`;
  return { url, siteOrigin, pid: child.pid!, close: () => end("SIGTERM"), kill: () => end("SIGKILL") };
}

/** Runs the nightly job as a separate process; returns what it prints. */
export async function runIntegrityJob(app: TestApp): Promise<{ removed: number; abandoned: number }> {
  const args = [...argumentsFor("integrity"), "check"];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env: environmentOf(app) });
  return JSON.parse(stdout);
}

/** Runs the operator's job for an account as a separate process; returns what it prints. */
export async function runFactorReset(app: TestApp, file: string): Promise<{ "reset-factor": object | null }> {
  const args = [...argumentsFor("reset-factor"), file];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env: environmentOf(app) });
  return JSON.parse(stdout.trim().split("\n").at(-1)!);
}
