import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { Writable } from "node:stream";
import { compose } from "../src/compose.ts";
import { serverConfig } from "../src/config.ts";
import { serve, stop } from "../src/http/serve.ts";
import { createBucket, createDatabase } from "./store.ts";
import { goodEnvironment } from "./environment.ts";

interface Options {
  readonly clock?: () => Date;
  readonly siteOrigin?: string;
}

export type TestApp = Awaited<ReturnType<typeof startApp>>;

/** The real application on a free port, with a database and a bucket of its own and its log at hand. */
export async function startApp({ clock, siteOrigin = "http://localhost:5173" }: Options = {}) {
  const [database, bucket] = await Promise.all([createDatabase(), createBucket()]);
  const config = {
    ...serverConfig({ ...goodEnvironment(), SITE_ORIGIN: siteOrigin }),
    database: database.config,
    storage: bucket.config,
  };
  const logLines: string[] = [];
  const logTo = new Writable({
    write(chunk, _encoding, done) {
      logLines.push(String(chunk));
      done();
    },
  });
  const { app, close: closeApp } = compose(config, { logTo, ...(clock && { now: clock }) });
  const server = await serve(app, { port: 0 });

  async function close(): Promise<void> {
    await stop(server, 1_000);
    await closeApp();
    await Promise.all([database.drop(), bucket.drop()]);
    if (!logTo.closed) await once(logTo.end(), "close");
  }

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    siteOrigin,
    config,
    pool: database.pool,
    bucket,
    s3: bucket.client,
    logLines,
    close,
  };
}
