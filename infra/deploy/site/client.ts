import http from "node:http";
import https from "node:https";
import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import type { FrontDoor } from "../clouds/cloud.ts";

export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Asks the site for a path. Rejects if its certificate is not valid, or no answer comes in time. */
export async function ask({ url, local }: FrontDoor, path: string, timeoutMs = 5000): Promise<Answer> {
  const to = new URL(path, url);
  const way = local && {
    hostname: local.address,
    port: local.port,
    servername: to.hostname,
    headers: { host: to.host },
    ca: readFileSync(local.root),
  };
  const { request } = to.protocol === "https:" ? https : http;
  const signal = AbortSignal.timeout(timeoutMs);
  const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
    request(to, { ...way, signal, agent: false }, resolve)
      .on("error", reject)
      .end();
  });
  return { status: response.statusCode ?? 0, text: await text(response) };
}
