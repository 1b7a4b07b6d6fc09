import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";

const sweepMs = 100;

const timeouts = {
  headersTimeout: 10_000,
  requestTimeout: 11 * 60_000, // a picture over a slow line; a silent client is cut off by nginx
  keepAliveTimeout: 75_000, // above nginx's 60 s, so that it is never us who hangs up on a request under way
  connectionsCheckingInterval: 5_000,
};

/** Where to listen: on a socket that systemd opened, or on a port (0: any that is free). */
export type Place = { readonly fd: number } | { readonly port: number };

/** A server that answers with the application; resolves when it listens. */
export async function serve(app: RequestListener, place: Place): Promise<Server> {
  const server = createServer(timeouts, app);
  // Where no socket is given, the proxy is on this machine.
  server.listen("fd" in place ? place : { ...place, host: "127.0.0.1" });
  await once(server, "listening");
  return server;
}

/** Takes no new connection, lets requests under way finish for at most `graceMs`, then cuts what is left. */
export async function stop(server: Server, graceMs: number): Promise<void> {
  const closed = once(server, "close");
  server.close();
  // `close` drops the connections that are idle now; a busy one turns idle later and would stay for its keep-alive.
  const sweep = setInterval(() => server.closeIdleConnections(), sweepMs);
  const cut = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearInterval(sweep);
  clearTimeout(cut);
}
