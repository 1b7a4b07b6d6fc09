import http from "node:http";
import https from "node:https";
import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { acmeRoot } from "../../local-cloud/acme/acme.ts";
import type { Deployment } from "../deployment.ts";
import { localPortOf } from "../ec2/hosts/ssh.ts";
import type { Outputs } from "../terraform/state.ts";
import { domainOf } from "./domain.ts";

/** How this machine reaches the site. */
export interface FrontDoor {
  /** The site's origin. */
  readonly url: string;
  /** Where the local cloud shows a site whose name no DNS of this machine knows. @default - where the name points to */
  readonly local?: LocalDoor;
}

export interface LocalDoor {
  readonly address: string;
  readonly port: number;
  /** The port for plain HTTP, which sends browsers on. */
  readonly httpPort: number;
  /** File with the root of the site's certificate. */
  readonly root: string;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
}

export async function frontDoor(deployment: Deployment, outputs: Outputs): Promise<FrontDoor> {
  if (deployment.cloud === "aws") return { url: outputs.url };
  const httpPort = await localPortOf(deployment, outputs, "frontend", 80);
  if (domainOf(outputs) === undefined) return { url: `http://localhost:${httpPort}` };
  const port = await localPortOf(deployment, outputs, "frontend", 443);
  return { url: outputs.url, local: { address: "127.0.0.1", port, httpPort, root: acmeRoot } };
}

/** Asks the site for a path. Its certificate has to be right; where it is not, or nobody answers in time, this rejects. */
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
