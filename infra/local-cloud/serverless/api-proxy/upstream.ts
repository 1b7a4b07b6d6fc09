import { Agent, request as httpRequest } from "node:http";
import { buffer } from "node:stream/consumers";
import type { Answer, Call } from "./call.ts";
import { ApiError } from "./refusal.ts";
import { endToEnd, ofAws, refuseBesideS3 } from "../../s3-proxy/src/upstream.ts";

export interface Upstream {
  /** 503 if the emulator does not answer. `otherAccount` is one that no caller of the proxy can name. */
  send(call: Call, otherAccount?: string): Promise<Answer>;
  close(): void;
}

const accountHeader = "x-moto-account-id";

/**
 * The emulator. One connection for DynamoDB: moto's threads check a condition first and write later, so that several
 * conditional writes win and transactions are torn.
 */
export function createUpstream({ hostname, port }: URL): Upstream {
  const serial = new Agent({ keepAlive: true, maxSockets: 1 });
  const parallel = new Agent({ keepAlive: true, maxSockets: 20 });

  function send(call: Call, otherAccount?: string): Promise<Answer> {
    refuseBesideS3(call.path);
    const { [accountHeader]: _, ...headers } = endToEnd(call.headers);
    const agent = call.service === "dynamodb" ? serial : parallel;
    return new Promise((resolve, reject) => {
      const outgoing = httpRequest({
        ...{ hostname, port, agent, method: call.method, path: call.target },
        headers: {
          ...headers,
          "content-length": call.body.length,
          ...(otherAccount !== undefined && { [accountHeader]: otherAccount }),
        },
      });
      const fail = (cause: Error) =>
        reject(
          Object.assign(new ApiError("ServiceUnavailable", "The emulator does not answer.", 503), { cause }),
        );
      outgoing.on("error", fail);
      outgoing.on("response", (answer) => {
        const received = Object.entries(answer.headersDistinct).map(
          ([name, values = []]) => [name, values.join(", ")] as const,
        );
        const { statusCode: status = 502 } = answer;
        buffer(answer).then((body) => resolve({ status, headers: ofAws(received), body }), fail);
      });
      outgoing.end(call.body);
    });
  }

  return {
    send,
    close: () => [serial, parallel].forEach((agent) => agent.destroy()),
  };
}
