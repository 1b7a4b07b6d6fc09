import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { Credentials } from "../emulator/credentials.ts";

export interface MetadataProps {
  readonly credentials: Credentials;
  /** The instance profile of the instance with a private address, or undefined where it has none. */
  readonly profileAt: (privateIp: string) => Promise<string | undefined>;
  readonly now: () => Date;
}

interface Session {
  readonly privateIp: string;
  readonly expiresMs: number;
}

const longestSessionS = 21_600;
const credentialsPath = "/latest/meta-data/iam/security-credentials/";

/**
 * The instance metadata service, version 2 alone: a session token first, then the credentials of the role.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html
 */
export function createMetadataService({ credentials, profileAt, now }: MetadataProps): Server {
  const sessions = new Map<string, Session>();

  async function answer(request: IncomingMessage): Promise<[status: number, body: string]> {
    if (request.method === "PUT" && request.url === "/latest/api/token") return openSession(request);
    if (!isInSession(request)) return [401, ""];
    const profile = await profileAt(privateAddress(request));
    if (profile === undefined || request.method !== "GET") return [404, ""];
    if (request.url === credentialsPath) return [200, profile];
    if (request.url === credentialsPath + profile) return [200, describe(profile)];
    return [404, ""];
  }

  /** What a proxy passes on is refused, so that no page or open proxy asks in a host's stead. */
  function openSession(request: IncomingMessage): [status: number, body: string] {
    if (request.headers["x-forwarded-for"] !== undefined) return [403, ""];
    const ttl = String(request.headers["x-aws-ec2-metadata-token-ttl-seconds"]);
    const seconds = /^\d{1,5}$/.test(ttl) ? Number(ttl) : 0;
    if (seconds < 1 || seconds > longestSessionS) return [400, ""];
    const nowMs = now().getTime();
    for (const [token, { expiresMs }] of sessions) if (expiresMs <= nowMs) sessions.delete(token);
    const token = randomUUID();
    sessions.set(token, { privateIp: privateAddress(request), expiresMs: nowMs + seconds * 1000 });
    return [200, token];
  }

  /** A token is good for the instance alone that asked for it. */
  function isInSession(request: IncomingMessage): boolean {
    const session = sessions.get(String(request.headers["x-aws-ec2-metadata-token"]));
    return session?.privateIp === privateAddress(request) && session.expiresMs > now().getTime();
  }

  function describe(role: string): string {
    const issued = credentials.issue(role);
    return JSON.stringify({
      Code: "Success",
      Type: "AWS-HMAC",
      AccessKeyId: issued.accessKeyId,
      SecretAccessKey: issued.secretAccessKey,
      Token: issued.sessionToken,
      LastUpdated: new Date().toISOString(),
      Expiration: issued.expires.toISOString(),
    });
  }

  return createServer((request, response) => {
    answer(request).then(
      ([status, body]) => response.writeHead(status).end(body),
      () => response.writeHead(500).end(),
    );
  });
}

function privateAddress(request: IncomingMessage): string {
  return request.socket.remoteAddress?.replace(/^::ffff:/, "") ?? "";
}
