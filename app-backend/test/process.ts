import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { TestApp } from "./app.ts";

const entrypoint = fileURLToPath(new URL("../src/entrypoints/ec2/server.ts", import.meta.url));

/** Starts the server as a separate process, with the database and bucket of an application in this process. */
export async function startProcess({ config, siteOrigin }: TestApp) {
  const { database, storage } = config;
  const child = spawn(process.execPath, ["--no-warnings", "--import", "tsx", entrypoint], {
    stdio: ["ignore", "pipe", "inherit"],
    env: {
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
      ACCESS_TOKEN_SECRET: config.accessSecrets.current.toString("base64"),
      REFRESH_TOKEN_SECRET: config.refreshSecrets.current.toString("base64"),
    },
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

  async function close(): Promise<void> {
    child.kill("SIGTERM");
    await once(child, "exit");
  }
  return { url: `http://127.0.0.1:${port}`, siteOrigin, pid: child.pid!, close };
}
