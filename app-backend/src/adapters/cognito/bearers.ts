import {
  type CognitoIdentityProviderClient,
  GetUserCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { AppError } from "../../domain/app-error.ts";
import type { Accounts } from "../../ports/accounts.ts";
import type { Bearers } from "../../ports/bearers.ts";
import type { PasswordHashes } from "../../ports/password-hashes.ts";
import { poolIssuer } from "./access-tokens.ts";
import { inTime, type PoolConfig } from "./client.ts";
import { isRefusal, rethrowCognitoError } from "./cognito-error.ts";
import { readCredential } from "./credential.ts";

interface Dependencies {
  readonly client: CognitoIdentityProviderClient;
  readonly pool: PoolConfig;
  readonly accounts: Pick<Accounts, "getByEmail">;
  readonly credentials: Pick<PasswordHashes, "get">;
}

const mostKnown = 10_000;

/** Accounts of the users of a pool. */
export function cognitoBearers({ client, pool, accounts, credentials }: Dependencies): Bearers {
  const ofPool = poolIssuer(pool);
  /** Accounts by the `sub` of their user: neither ever gets another one. */
  const known = new Map<string, string>();

  /** Asks the pool whose token it is: it states neither address nor account. */
  async function findAccount(sub: string, AccessToken: string): Promise<string> {
    const { UserAttributes = [] } = await client
      .send(new GetUserCommand({ AccessToken }), inTime())
      .catch((cause: unknown) => {
        if (!isRefusal(cause)) return rethrowCognitoError(cause);
        throw new AppError("not_signed_in", "user pool refused its token", { cause });
      });
    const email = UserAttributes.find(({ Name }) => Name === "email")?.Value ?? "";
    const account = await accounts.getByEmail(email);
    const credential = account && readCredential(await credentials.get(account.id));
    if (!account || credential?.sub !== sub) throw new AppError("not_signed_in", "user has no account");
    if (known.size >= mostKnown) known.clear();
    known.set(sub, account.id);
    return account.id;
  }

  return {
    async accountOf({ issuer, subject }, text) {
      if (issuer !== ofPool) return undefined;
      return known.get(subject) ?? (await findAccount(subject, text));
    },
  };
}
