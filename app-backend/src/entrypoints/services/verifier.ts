import { composeVerifier } from "../../compose/verifier.ts";
import { verifierConfig } from "../../config/verifier.ts";
import { serveMetrics } from "../../process/serve-metrics.ts";
import { serve, stop } from "../../process/serve.ts";
import { orExit } from "../ec2/or-exit.ts";

const graceMs = 2_000;
/** No request has a body that is read. */
const receivedWithinMs = 10_000;

const config = orExit(verifierConfig);
const { app, log, metrics, close } = composeVerifier(config);
const server = await serve(app, { port: config.port }, receivedWithinMs);
log.info({ place: server.address(), release: config.release }, "listening");
const shown =
  config.metrics &&
  serveMetrics(metrics, config.metrics, (error) => log.warn({ err: error }, "metrics are not served"));

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.once(signal, async () => {
    shown?.close().closeAllConnections();
    await stop(server, graceMs);
    await close();
    process.exit(0);
  });
}
