import {
  type CognitoIdentityProviderClient,
  GetUserCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { CognitoJwtVerifier } from "aws-jwt-verify";
import { WaitPeriodNotYetEndedJwkError } from "aws-jwt-verify/error";
import { SimpleJwksCache } from "aws-jwt-verify/jwk";
import { AppError } from "../../domain/app-error.ts";
import type { Accounts } from "../../ports/accounts.ts";
import type { Bearers } from "../../ports/bearers.ts";
import type { PasswordHashes } from "../../ports/password-hashes.ts";
import { inTime, type PoolConfig } from "./client.ts";
import { isRefusal, rethrowCognitoError } from "./cognito-error.ts";
import { readCredential } from "./credential.ts";

interface Dependencies {
  readonly client: CognitoIdentityProviderClient;
  readonly pool: PoolConfig;
  readonly accounts: Pick<Accounts, "getByEmail">;
  readonly credentials: Pick<PasswordHashes, "get">;
}

const keysTimeoutMs = 2_000;
const pauseMs = 6_000;
const mostKnown = 10_000;

/** Access tokens of a user pool, for its one client. Keys are asked for at most twice in 10 seconds, whatever arrives. */
export function cognitoBearers({ client, pool, accounts, credentials }: Dependencies): Bearers {
  const { userPoolId, clientId, endpoint } = pool;
  /** Accounts by the `sub` of their user: neither ever gets another one. */
  const known = new Map<string, string>();
  /** Why the keys could not be fetched, and until when they are not asked for again. */
  let away: { readonly cause: unknown; readonly untilMs: number } | undefined;

  async function fetchKeys(uri: string): Promise<ArrayBuffer> {
    if (away && performance.now() < away.untilMs) throw away.cause;
    try {
      const { pathname } = new URL(uri);
      const answer = await fetch(endpoint ? new URL(pathname, endpoint) : uri, {
        signal: AbortSignal.timeout(keysTimeoutMs),
      });
      if (!answer.ok) throw new Error(`keys of the user pool: ${answer.status}`);
      const keys = await answer.arrayBuffer();
      away = undefined;
      return keys;
    } catch (cause) {
      away = { cause, untilMs: performance.now() + pauseMs };
      throw cause;
    }
  }

  const verifier = CognitoJwtVerifier.create(
    { userPoolId, clientId, tokenUse: "access" },
    { jwksCache: new SimpleJwksCache({ fetcher: { fetch: fetchKeys } }) },
  );

  function refuse(cause: unknown): never {
    if (away && (cause === away.cause || cause instanceof WaitPeriodNotYetEndedJwkError))
      throw new AppError("unavailable", "keys of the user pool are away", { cause });
    throw new AppError("not_signed_in", `token of the user pool refused: ${nameOf(cause)}`, { cause });
  }

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
    async read(text, at) {
      if (!looksLikeOne(text)) return undefined;
      const { sub, origin_jti, auth_time, exp } = await verifier.verify(text).catch(refuse);
      const expiresAt = new Date(exp * 1000);
      if (expiresAt <= at) return refuse(new Error("expired"));
      if (!origin_jti) return refuse(new Error("not of a family that can be revoked"));
      const accountId = known.get(sub) ?? (await findAccount(sub, text));
      return { accountId, sessionId: origin_jti, signedInAt: new Date(auth_time * 1000), expiresAt };
    },
  };
}

/** By its header: ours name no key. */
function looksLikeOne(text: string): boolean {
  try {
    const header = JSON.parse(Buffer.from(text.split(".")[0]!, "base64url").toString());
    return typeof header?.kid === "string";
  } catch {
    return false;
  }
}

const nameOf = (error: unknown) => (error instanceof Error ? error.name : "unknown");
