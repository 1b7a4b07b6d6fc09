import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { Credentials } from "./credentials.ts";

export interface MetadataProps {
  readonly credentials: Credentials;
  /** The instance profile of the instance with a private address, or undefined where it has none. */
  readonly profileAt: (privateIp: string) => Promise<string | undefined>;
}

const credentialsPath = "/latest/meta-data/iam/security-credentials/";

/**
 * The instance metadata service, version 2 alone: a session token first, then the credentials of the role.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html
 */
export function createMetadataService({ credentials, profileAt }: MetadataProps): Server {
  const sessions = new Set<string>();

  async function answer(request: IncomingMessage): Promise<[status: number, body: string]> {
    if (request.method === "PUT" && request.url === "/latest/api/token") {
      const session = randomUUID();
      sessions.add(session);
      return [200, session];
    }
    if (!sessions.has(String(request.headers["x-aws-ec2-metadata-token"]))) return [401, ""];
    const profile = await profileAt(privateAddress(request));
    if (profile === undefined || request.method !== "GET") return [404, ""];
    if (request.url === credentialsPath) return [200, profile];
    if (request.url === credentialsPath + profile) return [200, describe(profile)];
    return [404, ""];
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
