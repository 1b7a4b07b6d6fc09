import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import { Server as Listener } from "node:net";
import { refuseUnreadable } from "./unreadable.ts";

const proxyIdleMs = 1_000; // twice the time after which nginx closes an idle connection
const sweepMs = 100;
const maxHeaderBytes = 48 * 1024; // more than nginx accepts (nginx.conf.j2), whose response is more helpful

const timeouts = {
  headersTimeout: 10_000,
  keepAliveTimeout: 75_000, // far above nginx's, so that this side never closes a connection with a request in flight
  connectionsCheckingInterval: 5_000,
};

/** How long a request may be received: a picture over a slow connection; nginx closes silent ones. */
const receivedWithinMs = 11 * 60_000;

/** Where to listen: on a socket that systemd opened, or on a port (0: any free one), of this machine alone by default. */
export type ListenTarget = { readonly fd: number } | { readonly port: number; readonly host?: string };

/** A server that answers with the application; resolves when it listens. */
export async function serve(
  app: RequestListener,
  place: ListenTarget,
  requestTimeout = receivedWithinMs,
): Promise<Server> {
  const server = createServer({ ...timeouts, requestTimeout, maxHeaderSize: maxHeaderBytes });
  refuseUnreadable(server);
  server.on("request", endConnections(server)).on("request", app);
  server.listen("fd" in place ? place : { host: "127.0.0.1", ...place });
  await once(server, "listening");
  return server;
}

/** While the server stops, each response closes its connection. */
function endConnections(server: Server): RequestListener {
  return (req, res) => {
    const { writeHead } = res;
    res.writeHead = (...args: unknown[]) => {
      if (!server.listening && !isComing(req)) res.setHeader("connection", "close");
      return Reflect.apply(writeHead, res, args);
    };
  };
}

/** Whether the body is still arriving: closing now would lose the response that refuses it. */
function isComing({ complete, headers }: IncomingMessage): boolean {
  return !complete && (headers["content-length"] ?? headers["transfer-encoding"]) !== undefined;
}

/**
 * Accepts no new connection, lets requests finish for at most `graceMs`, then closes what is left. Idle connections are
 * left to the proxy for a while: closing them here could hit a request in flight.
 */
export async function stop(server: Server, graceMs: number): Promise<void> {
  const closed = once(server, "close");
  const stoppedAt = performance.now();
  Listener.prototype.close.call(server); // http.Server.close would close idle connections at once
  const sweep = setInterval(() => {
    if (performance.now() - stoppedAt > proxyIdleMs) server.closeIdleConnections();
  }, sweepMs);
  const cut = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearInterval(sweep);
  clearTimeout(cut);
}
