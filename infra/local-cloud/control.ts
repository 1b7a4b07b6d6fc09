import { createServer, type IncomingMessage, type Server } from "node:http";
import { json } from "node:stream/consumers";
import { timingSafeEqual } from "node:crypto";
import { isNodeError } from "../cli/user-error.ts";
import type { SentText } from "./emulator/sent-texts.ts";
import type { Sandbox, ServerlessCloud } from "./serverless/serverless-cloud.ts";
import type { SiteDeclaration } from "./serverless/shown-site.ts";

export interface ControlProps {
  /** What a caller has to know: no other user of this machine may change what is shown. */
  readonly secret: string;
  /** Starts the services of `serverless` once. */
  readonly serverless: (sandbox: Sandbox) => Promise<ServerlessCloud>;
  /** Those that were started; undefined if none were. */
  readonly started: () => ServerlessCloud | undefined;
  /** What was sent by text message, the oldest first. */
  readonly texts: () => readonly SentText[];
}

interface Given {
  readonly status: number;
  readonly body?: unknown;
}

/**
 * What a deploy asks of the local cloud itself, and of no AWS: PUT /serverless starts its services, PUT, GET and DELETE
 * /sites/KEY show a site, GET /mails lists what was mailed, GET /texts/ROLE what a role has sent by text message, PUT /cognito/faults has Cognito fail.
 */
export function createControl({ secret, serverless, started, texts }: ControlProps): Server {
  async function answer(message: IncomingMessage): Promise<Given> {
    if (!isEqual(message.headers.authorization ?? "", `Bearer ${secret}`)) return { status: 403 };
    const [, what, key = ""] = (message.url ?? "").split("/");
    const asked = `${message.method} ${what}`;
    if (asked === "PUT serverless") {
      const { apiPort, keyValuePort } = await serverless((await json(message)) as Sandbox);
      return { status: 200, body: { apiPort, keyValuePort } };
    }
    if (asked === "GET texts") return { status: 200, body: texts().filter(({ role }) => role === key) };
    const cloud = started();
    if (cloud === undefined) return { status: 404 };
    if (asked === "GET mails") return { status: 200, body: cloud.mails() };
    if (asked === "PUT cognito") {
      await cloud.fault(JSON.stringify(await json(message)));
      return { status: 204 };
    }
    if (asked === "PUT sites") return shown(cloud, key, (await json(message)) as SiteDeclaration);
    const site = cloud.site(key);
    if (what !== "sites" || site === undefined) return { status: 404 };
    if (message.method === "DELETE") await cloud.hide(key);
    return { status: 200, body: { port: site.site.port, apiPort: site.apiPort } };
  }

  return createServer((message, response) => {
    answer(message).then(
      ({ status, body }) => {
        response.writeHead(status, { "content-type": "application/json" });
        response.end(body === undefined ? undefined : JSON.stringify(body));
      },
      (error) => {
        console.error(error);
        response.writeHead(500).end();
      },
    );
  });
}

async function shown(cloud: ServerlessCloud, key: string, declaration: SiteDeclaration): Promise<Given> {
  try {
    const { site, apiPort } = await cloud.show(key, declaration);
    return { status: 200, body: { port: site.port, apiPort } };
  } catch (error) {
    if (isNodeError(error) && error.code === "EADDRINUSE") return { status: 409 };
    throw error;
  }
}

function isEqual(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}
