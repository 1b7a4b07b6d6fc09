import {
  CognitoIdentityProviderClient,
  type CognitoIdentityProviderClientConfig,
} from "@aws-sdk/client-cognito-identity-provider";
import { isRefusal } from "./cognito-error.ts";

export interface PoolConfig {
  readonly region: string;
  readonly userPoolId: string;
  readonly clientId: string;
  /** @default - AWS */
  readonly endpoint?: string | undefined;
}

/** The most that one call may take with its retry: a person waits for it, and the SDK has no limit of its own. */
const callTimeoutMs = 2_500;

/**
 * A second attempt, unless the pool has refused. A connection that was kept while the environment was frozen is closed:
 * the second one opens another. The SDK's own strategy repeats a LimitExceededException, which here is one person's.
 */
const retryStrategy: Exclude<CognitoIdentityProviderClientConfig["retryStrategy"], undefined> = {
  acquireInitialRetryToken: async () => retryToken(0),
  async refreshRetryTokenForRetry(token, { errorType, error }) {
    if (token.getRetryCount() > 0 || errorType === "CLIENT_ERROR" || isRefusal(error)) throw error;
    return retryToken(1);
  },
  recordSuccess: () => undefined,
};

const retryToken = (count: number) => ({
  getRetryCount: () => count,
  getRetryDelay: () => (count > 0 ? 50 + Math.random() * 200 : 0),
});

/** The client; credentials come from the SDK's default chain, in a function from its role. */
export function openCognito({ region, endpoint }: PoolConfig): CognitoIdentityProviderClient {
  return new CognitoIdentityProviderClient({
    region,
    ...(endpoint && { endpoint }),
    retryStrategy,
    requestHandler: { connectionTimeout: 1_000, requestTimeout: callTimeoutMs, throwOnRequestTimeout: true },
  });
}

/** Options of one call. */
export const inTime = () => ({ abortSignal: AbortSignal.timeout(callTimeoutMs) });
