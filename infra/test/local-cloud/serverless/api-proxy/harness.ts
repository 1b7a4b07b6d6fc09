import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { localCredentials } from "../../../../local-cloud/emulator/credentials.ts";
import { type ApiProxyOptions, createApiProxy } from "../../../../local-cloud/serverless/api-proxy/server.ts";
import type { Statement } from "../../../../local-cloud/emulator/rights.ts";

export const region = "us-east-1";
export const moto = new URL(process.env["MOTO_URL"]!);

/** The proxy before the moto of this run. Its clock stands still until a test moves it. */
export async function startApiProxy(options: Partial<ApiProxyOptions> = {}) {
  const clock = { now: new Date() };
  const now = () => clock.now;
  const credentials = localCredentials(now);
  const server = createApiProxy({ upstream: moto, credentials, now, indexLagMs: 0, ...options });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const operator = { endpoint, region, credentials: credentials.operator, maxAttempts: 1 };
  const asRole = (role: string) => ({ ...operator, credentials: credentials.issue(role) });
  const iam = new IAMClient(operator);

  /** A role with one inline policy, and what a client needs to be it. */
  async function role(name: string, ...statements: readonly Statement[]) {
    const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [] });
    await iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument }));
    if (statements.length > 0) await grant(name, ...statements);
    return asRole(name);
  }

  async function grant(name: string, ...statements: readonly Statement[]) {
    const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: statements });
    await iam.send(new PutRolePolicyCommand({ RoleName: name, PolicyName: "own", PolicyDocument }));
  }

  return {
    endpoint,
    clock,
    operator,
    role,
    grant,
    dynamodb: new DynamoDBClient(operator),
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

export type Proxy = Awaited<ReturnType<typeof startApiProxy>>;
