import { DynamoDBClient } from "@aws-sdk/client-dynamodb";

export interface DynamodbConfig {
  readonly region: string;
  readonly endpoint?: string | undefined;
  /** @default - so short that all attempts together take less than 3 seconds */
  readonly attemptTimeoutMs?: number | undefined;
}

/** The client; credentials come from the SDK's default chain, in a function from its role. */
export function openDynamodb({ region, endpoint, attemptTimeoutMs = 700 }: DynamodbConfig): DynamoDBClient {
  return new DynamoDBClient({
    region,
    ...(endpoint && { endpoint }),
    maxAttempts: 3,
    // The SDK itself waits forever. Answers take milliseconds, and one that was lost is asked for again.
    requestHandler: {
      connectionTimeout: attemptTimeoutMs,
      requestTimeout: attemptTimeoutMs,
      throwOnRequestTimeout: true,
      socketTimeout: attemptTimeoutMs, // a response may also stop halfway
    },
  });
}
