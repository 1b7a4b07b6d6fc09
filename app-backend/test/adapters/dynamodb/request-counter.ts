import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";

/** One request: its operation, what was sent and what came back. */
export interface Requested {
  readonly operation: string;
  readonly input: Record<string, unknown>;
  readonly output: Record<string, unknown> | undefined;
}

/** Counts the requests of a client. */
export function requestCounter(client: DynamoDBClient) {
  const requests: Requested[] = [];
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const operation = String(context["commandName"]).replace(/Command$/, "");
      const input = args.input as unknown as Record<string, unknown>;
      try {
        const result = await next(args);
        requests.push({ operation, input, output: result.output as unknown as Requested["output"] });
        return result;
      } catch (error) {
        requests.push({ operation, input, output: undefined });
        throw error;
      }
    },
    { step: "initialize", name: "requestCounter" },
  );
  return {
    requests,
    count: () => requests.length,
    reset() {
      requests.length = 0;
    },
  };
}
