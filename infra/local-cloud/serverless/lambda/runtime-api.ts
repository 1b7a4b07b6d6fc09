import { once } from "node:events";
import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const maxPayloadBytes = 6 * 1024 * 1024;
/** Of an answer, with its envelope; the figure of Lambda's own message. */
const maxAnswerBytes = 6_291_556;

export interface Event {
  readonly requestId: string;
  readonly functionArn: string;
  readonly deadline: number;
  readonly payload: string;
}

/** What an environment's runtime reports. */
export interface RuntimeListener {
  /** The runtime asked for an event: `deliver` answers it. */
  onNext(deliver: (event: Event) => void): void;
  onInitError(fault: string): void;
  /** An answer or an error of the invocation that runs; others are refused. */
  onAnswer(requestId: string, answer: RuntimeAnswer): boolean;
}

export interface RuntimeAnswer {
  readonly payload: string;
  readonly failed: boolean;
  /** As the bootstrap measured it. */
  readonly peakMemoryMb: number | undefined;
}

/** The Runtime API of one environment, on a separate port; https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html */
export async function runtimeApi(listener: RuntimeListener): Promise<{ address: string; close: () => void }> {
  // A frozen runtime is silent until the next event.
  const server = createServer(
    { requestTimeout: 0, keepAliveTimeout: 0, headersTimeout: 0 },
    (message, response) => {
      answer(listener, message, response).catch(() => response.destroy());
    },
  );
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { address: `127.0.0.1:${port}`, close };
}

async function answer(listener: RuntimeListener, message: IncomingMessage, response: ServerResponse) {
  const [, , , area, id = "", end] = (message.url ?? "").split("/"); // /2018-06-01/runtime/AREA/ID/END
  if (area === "invocation" && id === "next") return listener.onNext((event) => deliver(response, event));
  const body = await buffer(message);
  if (area === "init") listener.onInitError(body.toString());
  const reported = Number(message.headers["tintype-peak-memory-kb"] ?? Number.NaN) / 1024;
  const peakMemoryMb = Number.isNaN(reported) ? undefined : Math.ceil(reported);
  const isKnown = area === "init" || listener.onAnswer(id, { ...resultOf(end, body), peakMemoryMb });
  response.writeHead(isKnown ? 202 : 403).end();
}

function resultOf(end: string | undefined, body: Buffer) {
  if (end === "response" && body.length > maxAnswerBytes) {
    const errorMessage = `Response payload size exceeded maximum allowed payload size (${maxAnswerBytes} bytes).`;
    return {
      payload: JSON.stringify({ errorType: "Function.ResponseSizeTooLarge", errorMessage }),
      failed: true,
    };
  }
  return { payload: body.toString(), failed: end !== "response" };
}

function deliver(response: ServerResponse, { requestId, functionArn, deadline, payload }: Event): void {
  response.writeHead(200, {
    "content-type": "application/json",
    "lambda-runtime-aws-request-id": requestId,
    "lambda-runtime-deadline-ms": String(deadline),
    "lambda-runtime-invoked-function-arn": functionArn,
    "lambda-runtime-trace-id": `Root=1-${Math.floor(Date.now() / 1000).toString(16)}-${requestId.replaceAll("-", "").slice(0, 24)};Sampled=0`,
  });
  response.end(payload);
}
