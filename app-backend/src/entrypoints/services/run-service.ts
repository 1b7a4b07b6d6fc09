import type { RequestListener } from "node:http";
import type { Logger } from "pino";
import { type Address, serveMetrics } from "../../process/serve-metrics.ts";
import { type ListenTarget, serve, stop } from "../../process/serve.ts";

interface Service {
  readonly app: RequestListener;
  readonly log: Logger;
  readonly metrics: Parameters<typeof serveMetrics>[0];
  /** Called when the last request has been answered. */
  close(): Promise<void>;
}

interface Settings {
  readonly place: ListenTarget;
  readonly metrics: Address | undefined;
  readonly release: string;
}

const graceMs = 5_000; // Docker kills a container after 10 s
/** Bodies are small. */
const receivedWithinMs = 10_000;

/** Serves until the process is asked to stop; requests in flight are answered. */
export async function runService({ app, log, metrics, close }: Service, settings: Settings): Promise<void> {
  const server = await serve(app, settings.place, receivedWithinMs);
  log.info({ place: server.address(), release: settings.release }, "listening");
  const onFault = (err: Error) => log.warn({ err }, "metrics are not served");
  const shown = settings.metrics && serveMetrics(metrics, settings.metrics, onFault);
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, async () => {
      log.info({ signal }, "stopping");
      shown?.close().closeAllConnections();
      await stop(server, graceMs);
      await close();
      process.exit(0);
    });
  }
}
