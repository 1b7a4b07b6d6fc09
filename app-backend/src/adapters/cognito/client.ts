import { CognitoIdentityProviderClient } from "@aws-sdk/client-cognito-identity-provider";

export interface PoolConfig {
  readonly region: string;
  readonly userPoolId: string;
  readonly clientId: string;
  /** @default - AWS */
  readonly endpoint?: string | undefined;
}

/** The most that one call may take with its retry: a person waits for it, and the SDK has no limit of its own. */
const callTimeoutMs = 2_500;

/** The client; credentials come from the SDK's default chain, in a function from its role. */
export function openCognito({ region, endpoint }: PoolConfig): CognitoIdentityProviderClient {
  return new CognitoIdentityProviderClient({
    region,
    ...(endpoint && { endpoint }),
    maxAttempts: 2, // a connection that was kept while the environment was frozen is closed: the second try opens one
    requestHandler: { connectionTimeout: 1_000, requestTimeout: callTimeoutMs, throwOnRequestTimeout: true },
  });
}

/** Options of one call. */
export const inTime = () => ({ abortSignal: AbortSignal.timeout(callTimeoutMs) });
