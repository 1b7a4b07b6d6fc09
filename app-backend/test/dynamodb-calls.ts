import type { ClientRequest } from "node:http";
import { subscribe, unsubscribe } from "node:diagnostics_channel";

const channel = "http.client.request.start";

/** How many calls of DynamoDB this process makes for `work`, second tries included. */
export async function dynamodbCallsOf(work: () => Promise<unknown>): Promise<number> {
  let calls = 0;
  const count = (message: unknown) => {
    const { request } = message as { request: ClientRequest };
    if (String(request.getHeader("x-amz-target")).startsWith("DynamoDB_")) calls += 1;
  };
  subscribe(channel, count);
  await work().finally(() => unsubscribe(channel, count));
  return calls;
}
