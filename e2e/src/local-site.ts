import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startNginx } from "../../ansible/test/nginx.ts";
import { startApp } from "../../app-backend/test/app.ts";
import { freePort } from "../../infra/cli/free-port.ts";
import { repository } from "../../infra/cli/paths.ts";
import { run } from "../../infra/cli/run.ts";

/** What a browser gets for a plain address at AWS, which it trusts with less than localhost. */
export const ec2Name = "ec2-203-0-113-4.eu-central-1.compute.amazonaws.com";

export type LocalSite = Awaited<ReturnType<typeof startLocalSite>>;

/** The built page behind nginx with the settings of a frontend host, and the API behind it, without a deployment. */
export async function startLocalSite(environmentOf: (origin: string) => Promise<Record<string, string>>) {
  const port = await freePort();
  const origin = `http://localhost:${port}`;
  const page = mkdtempSync(join(tmpdir(), "tintype-page-"));
  const vite = join(repository, "node_modules/vite/bin/vite.js");
  const [app] = await Promise.all([
    startApp({
      siteOrigin: origin,
      otherSiteOrigins: [`http://${ec2Name}`],
      environment: await environmentOf(origin),
    }),
    run(process.execPath, [vite, "build", "app-frontend", "--logLevel", "warn", "--outDir", page], {
      cwd: repository,
      env: { NODE_ENV: "production" }, // tests have another
    }),
  ]);
  const nginx = await startNginx({
    names: ["localhost", ec2Name],
    apiPort: Number(new URL(app.url).port),
    page,
    port,
    imageOrigin: new URL(app.config.storage.endpoint ?? "").origin,
  });
  rmSync(page, { recursive: true });

  return {
    app,
    origin,
    /** For the browser: where the name of a host at AWS is. */
    resolverRules: `MAP ${ec2Name}:80 127.0.0.1:${port}`,
    async close() {
      await nginx.close();
      await app.close();
    },
  };
}
