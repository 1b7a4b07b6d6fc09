import { once } from "node:events";
import { Agent, createServer, type IncomingMessage, request } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

/** What happens to a request: an answer of ours, or its answer is lost, or nothing. */
export type Fault = { readonly status: number; readonly body: object } | "answer is lost" | "no answer";

/** A refusal as DynamoDB words it. */
export function refusal(name: string, more: object = {}): Fault {
  return {
    status: 400,
    body: { __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: name, ...more },
  };
}

export const cancelled = (...codes: readonly string[]): Fault =>
  refusal("TransactionCanceledException", { CancellationReasons: codes.map((Code) => ({ Code })) });

export type Decide = (operation: string) => Fault | undefined;

/** A proxy to DynamoDB that lets requests fail. */
export async function faultyDynamodb(upstream: string) {
  let decide: Decide = () => undefined;
  const requests: string[] = [];
  const agent = new Agent({ keepAlive: true });
  const inProgress = { transactions: 0 };

  async function passOn(message: IncomingMessage, body: Buffer) {
    const { method, url, headers } = message;
    const sent = request(new URL(url ?? "/", upstream), { method, headers, agent }).end(body);
    const [answer] = (await once(sent, "response")) as [IncomingMessage];
    return { status: answer.statusCode!, headers: answer.headers, body: await buffer(answer) };
  }

  const server = createServer(async (message, response) => {
    const body = await buffer(message);
    const operation = String(message.headers["x-amz-target"]).split(".")[1]!;
    requests.push(operation);
    const fault = decide(operation);
    if (fault === "no answer") return;
    if (typeof fault === "object") {
      const type = { "content-type": "application/x-amz-json-1.0" };
      return void response.writeHead(fault.status, type).end(JSON.stringify(fault.body));
    }
    const isTransaction = operation === "TransactWriteItems";
    if (isTransaction) inProgress.transactions += 1;
    const answer = await passOn(message, body).finally(() => {
      if (isTransaction) inProgress.transactions -= 1;
    });
    if (fault === "answer is lost") return void message.socket.destroy();
    response.writeHead(answer.status, answer.headers).end(answer.body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** The operations that were requested. */
    requests,
    /** How many transactions are being carried out. */
    transactions: () => inProgress.transactions,
    decideBy(next: Decide) {
      decide = next;
    },
    close() {
      server.closeAllConnections();
      server.close();
      agent.destroy();
    },
  };
}

const writes = /^(PutItem|UpdateItem|DeleteItem|TransactWriteItems)$/;

/** Each fault once, to the first requests that write. */
export function onWrites(...faults: Fault[]): Decide {
  return (operation) => (writes.test(operation) ? faults.shift() : undefined);
}
