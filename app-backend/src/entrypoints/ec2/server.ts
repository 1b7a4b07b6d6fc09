import { compose } from "../../compose/ec2.ts";
import { serverConfig } from "../../config/ec2.ts";
import { serveMetrics } from "../../process/serve-metrics.ts";
import { serve, stop } from "../../process/serve.ts";
import { orExit } from "./or-exit.ts";

/** As long as media may take that is sent to the bucket. */
const mediaReceivedWithinMs = 3_600_000;
const graceMs = 9_000; // then one second remains to close connections

const config = orExit(serverConfig);
const { app, log, metrics, hurry, close } = compose(config);
const server = await serve(app, config.place, config.notestamp && mediaReceivedWithinMs);
log.info({ place: server.address(), release: config.release }, "listening");
const shown =
  config.metrics &&
  serveMetrics(metrics, config.metrics, (error) => log.warn({ err: error }, "metrics are not served"));

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.once(signal, async () => {
    log.info({ signal }, "stopping");
    shown?.close().closeAllConnections();
    hurry();
    await stop(server, graceMs);
    await close();
    process.exit(0);
  });
}
