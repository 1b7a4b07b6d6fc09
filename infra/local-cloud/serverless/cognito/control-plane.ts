import type { UserPoolClientType, UserPoolType } from "@aws-sdk/client-cognito-identity-provider";

/** What DescribeUserPool returns, with what GetUserPoolMfaConfig adds. */
export type Pool = UserPoolType & {
  readonly SoftwareTokenMfaConfiguration?: { readonly Enabled?: boolean } | undefined;
};

/** What DescribeUserPoolClient returns. */
export type Client = UserPoolClientType;

/** Settings as they are now; undefined if there is no such pool or client. */
export interface ControlPlane {
  describePool(poolId: string): Promise<Pool | undefined>;
  describeClient(clientId: string): Promise<Client | undefined>;
}

/** Sends one action to an API that keeps pools and clients, such as moto. */
export type SendAction = (action: string, input: object) => Promise<{ status: number; body: string }>;

/** The control plane behind an API. The pool of a client is found by listing, once: requests of people name the client alone. */
export function controlPlaneBehind(send: SendAction): ControlPlane {
  const poolOfClient = new Map<string, string>();

  async function ask<T>(action: string, input: object): Promise<T | undefined> {
    const { status, body } = await send(action, input);
    const answer = JSON.parse(body) as T & { __type?: string };
    if (status === 200) return answer;
    if (answer.__type?.endsWith("ResourceNotFoundException")) return undefined;
    throw new Error(`${action} answered ${status}: ${body}`);
  }

  async function list<K extends string, T>(action: string, key: K, input: object): Promise<T[]> {
    const items: T[] = [];
    let next: string | undefined;
    do {
      const page = await ask<Record<K, T[]> & { NextToken?: string }>(action, {
        ...input,
        MaxResults: 60,
        ...(next && { NextToken: next }),
      });
      items.push(...(page?.[key] ?? []));
      next = page?.NextToken;
    } while (next !== undefined);
    return items;
  }

  async function learnClients(): Promise<void> {
    for (const { Id } of await list<string, { Id: string }>("ListUserPools", "UserPools", {})) {
      const input = { UserPoolId: Id };
      const clients = await list<string, Client>("ListUserPoolClients", "UserPoolClients", input);
      for (const { ClientId } of clients) poolOfClient.set(ClientId!, Id);
    }
  }

  return {
    async describePool(UserPoolId) {
      const { UserPool: pool } = (await ask<{ UserPool: Pool }>("DescribeUserPool", { UserPoolId })) ?? {};
      if (pool === undefined || (pool.MfaConfiguration ?? "OFF") === "OFF") return pool;
      return { ...pool, ...(await ask<Pool>("GetUserPoolMfaConfig", { UserPoolId })) };
    },
    async describeClient(ClientId) {
      if (!poolOfClient.has(ClientId)) await learnClients();
      const UserPoolId = poolOfClient.get(ClientId);
      if (UserPoolId === undefined) return undefined;
      const input = { UserPoolId, ClientId };
      return (await ask<{ UserPoolClient: Client }>("DescribeUserPoolClient", input))?.UserPoolClient;
    },
  };
}

/** Actions of operators and Terraform, which the user plane leaves to the API behind it. */
export const controlPlaneActions: ReadonlySet<string> = new Set([
  ...["Create", "Describe", "Update", "Delete"].flatMap((verb) => [
    `${verb}UserPool`,
    `${verb}UserPoolClient`,
    `${verb}UserPoolDomain`,
  ]),
  ...["ListUserPools", "ListUserPoolClients", "GetUserPoolMfaConfig", "SetUserPoolMfaConfig"],
  ...["TagResource", "UntagResource", "ListTagsForResource"],
]);
