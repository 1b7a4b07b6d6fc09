import { createServer, request, type Server } from "node:http";

const sending = "/v2/email/outbound-emails";

/** What the hosts reach of SES: the sending of mail, and nothing else of the emulated API behind it. */
export function createSesProxy(upstream: URL): Server {
  return createServer((message, response) => {
    if (message.method !== "POST" || message.url !== sending) return void response.writeHead(404).end();
    const { hostname, port } = upstream;
    const { headers } = message;
    const outgoing = request({ hostname, port, method: "POST", path: sending, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    outgoing.on("error", () => response.destroy());
    message.pipe(outgoing);
  });
}

/** Makes an address one that SES sends for: on AWS its owner does it, by a link in a mail. */
export async function verifySender(apiUrl: string, region: string, address: string): Promise<void> {
  const scope = `local/20260101/${region}/ses/aws4_request`;
  const answer = await fetch(`${apiUrl}/v2/email/identities`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      // moto finds service and region by it.
      authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=unchecked`,
    },
    body: JSON.stringify({ EmailIdentity: address }),
  });
  if (!answer.ok) throw new Error(`the emulated SES does not take ${address}: ${await answer.text()}`);
}
