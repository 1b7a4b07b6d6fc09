import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import { Server as Listener } from "node:net";
import { refuseUnreadable } from "./unreadable.ts";

const proxyIdleMs = 1_000; // twice the time after which nginx closes a connection that it keeps in vain
const sweepMs = 100;
const maxHeaderBytes = 48 * 1024; // more than nginx lets through (nginx.conf.j2), whose answer says what to do

const timeouts = {
  headersTimeout: 10_000,
  requestTimeout: 11 * 60_000, // a picture over a slow line; a silent client is cut off by nginx
  keepAliveTimeout: 75_000, // far above nginx's, so that it is never us who hangs up on a request under way
  connectionsCheckingInterval: 5_000,
};

/** Where to listen: on a socket that systemd opened, or on a port (0: any that is free). */
export type ListenTarget = { readonly fd: number } | { readonly port: number };

/** A server that answers with the application; resolves when it listens. */
export async function serve(app: RequestListener, place: ListenTarget): Promise<Server> {
  const server = createServer({ ...timeouts, maxHeaderSize: maxHeaderBytes });
  refuseUnreadable(server);
  server.on("request", endConnections(server)).on("request", app);
  // Where no socket is given, the proxy is on this machine.
  server.listen("fd" in place ? place : { ...place, host: "127.0.0.1" });
  await once(server, "listening");
  return server;
}

/** While the server stops, each answer says that it is the last on its connection. */
function endConnections(server: Server): RequestListener {
  return (req, res) => {
    const { writeHead } = res;
    res.writeHead = (...args: unknown[]) => {
      if (!server.listening && !isComing(req)) res.setHeader("connection", "close");
      return Reflect.apply(writeHead, res, args);
    };
  };
}

/** Whether a body has not arrived yet: to close then would throw away the answer that refuses it. */
function isComing({ complete, headers }: IncomingMessage): boolean {
  return !complete && (headers["content-length"] ?? headers["transfer-encoding"]) !== undefined;
}

/**
 * Takes no new connection, lets requests under way finish for at most `graceMs`, then cuts what is left. What the proxy
 * keeps open is left to the proxy for a while: closed from here it could meet a request on its way.
 */
export async function stop(server: Server, graceMs: number): Promise<void> {
  const closed = once(server, "close");
  const stoppedAt = performance.now();
  Listener.prototype.close.call(server); // an HTTP server's own would close what is idle at once
  const sweep = setInterval(() => {
    if (performance.now() - stoppedAt > proxyIdleMs) server.closeIdleConnections();
  }, sweepMs);
  const cut = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearInterval(sweep);
  clearTimeout(cut);
}
