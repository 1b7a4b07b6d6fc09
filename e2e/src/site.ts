import { readFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import { connect as connectTcp } from "node:net";
import { text } from "node:stream/consumers";
import { connect, type ConnectionOptions, type TLSSocket } from "node:tls";
import { once } from "node:events";

/** A site in the local cloud that has a domain: no DNS knows its name, no system its authority. */
export interface SecureSite {
  readonly domain: string;
  readonly address: string;
  readonly port: number;
  readonly httpPort: number;
  /** File with the root of its certificate. */
  readonly root: string;
}

export interface Asked {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

export interface Answered {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

/** Sends a request to a site. Over TLS its certificate must be valid. */
export async function askSite(url: string, asked: Asked = {}, site?: SecureSite): Promise<Answered> {
  const to = new URL(url);
  const secure = to.protocol === "https:";
  const way = site && {
    hostname: site.address,
    port: secure ? site.port : site.httpPort,
    ...(secure && { servername: to.hostname, ca: readFileSync(site.root) }),
  };
  const headers = { ...(site && { host: to.host }), ...asked.headers };
  const { request } = secure ? https : http;
  const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
    const options = { method: asked.method ?? "GET", headers, agent: false, ...way };
    request(to, options, resolve).on("error", reject).end(asked.body);
  });
  return { status: response.statusCode ?? 0, headers: response.headers, text: await text(response) };
}

/** Sends raw bytes, and returns the response with its headers. */
export async function send(address: string, port: number, bytes: string): Promise<string> {
  const socket = connectTcp(port, address);
  socket.end(bytes);
  return text(socket);
}

/** A TLS handshake with the site; rejects if its certificate is invalid, or no version is shared. */
export async function shakeHands(site: SecureSite, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = connect({
    host: site.address,
    port: site.port,
    servername: site.domain,
    ca: readFileSync(site.root),
    ...options,
  });
  await once(socket, "secureConnect");
  return socket;
}

export async function serialOf(site: SecureSite): Promise<string> {
  const socket = await shakeHands(site);
  const { serialNumber } = socket.getPeerCertificate();
  socket.destroy();
  return serialNumber;
}
