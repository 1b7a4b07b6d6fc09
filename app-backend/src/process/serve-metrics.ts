import { createServer, type Server } from "node:http";

export interface Address {
  readonly host: string;
  readonly port: number;
}

interface Exposition {
  readonly contentType: string;
  text(): Promise<string>;
}

const tryAgainMs = 5_000;

/**
 * Serves metrics at /api/metrics, and nothing else, on a listener that nginx does not proxy to. If it cannot listen, the
 * API goes on: `onFault` is called, and the port is tried again.
 */
export function serveMetrics(
  metrics: Exposition,
  { host, port }: Address,
  onFault: (error: Error) => void,
): Server {
  const server = createServer({ headersTimeout: 5_000, requestTimeout: 5_000 }, (req, res) => {
    if (req.method !== "GET" || req.url !== "/api/metrics") {
      res.writeHead(404).end();
      return;
    }
    metrics.text().then(
      (text) => res.writeHead(200, { "content-type": metrics.contentType }).end(text),
      () => res.writeHead(500).end(),
    );
  });
  server.maxConnections = 16;
  let again: NodeJS.Timeout | undefined;
  server.on("error", (error) => {
    onFault(error);
    again = setTimeout(() => server.listen(port, host), tryAgainMs).unref();
  });
  server.on("close", () => clearTimeout(again));
  return server.listen(port, host);
}
