import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

interface Sent {
  readonly to: string;
  readonly text: string;
  readonly parameters: URLSearchParams;
}

/** `silent`: it takes the message and does not answer. */
export type SnsFault = "throttled" | "sandbox" | "silent" | "failing" | undefined;

/**
 * SNS as the emulator has it, where numbers that end with 99 have opted out, and with what the emulator lacks: the SMS
 * sandbox, and faults.
 */
export async function startSns(verified: readonly string[] = []) {
  const moto = process.env["MOTO_URL"]!;
  const sent: Sent[] = [];
  let fault: SnsFault;
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const parameters = new URLSearchParams(body);
    const action = parameters.get("Action");
    const answer = (status: number, xml: string) =>
      response.writeHead(status, { "content-type": "text/xml" }).end(xml);
    if (action === "GetSMSSandboxAccountStatus")
      return answer(200, resultOf(action, `<IsInSandbox>${fault === "sandbox"}</IsInSandbox>`));
    if (action === "ListSMSSandboxPhoneNumbers")
      return answer(200, resultOf(action, `<PhoneNumbers>${verified.map(memberOf).join("")}</PhoneNumbers>`));
    if (action === "Publish" && fault === "silent") return undefined;
    if (action === "Publish" && fault === "throttled")
      return answer(429, errorOf("Throttled", "Rate exceeded"));
    if (action === "Publish" && fault === "failing")
      return answer(500, errorOf("InternalError", "for +4917612345"));
    const headers = { "content-type": "application/x-www-form-urlencoded", authorization };
    const upstream = await fetch(moto, { method: "POST", headers, body });
    if (action === "Publish" && upstream.ok)
      sent.push({ to: parameters.get("PhoneNumber")!, text: parameters.get("Message")!, parameters });
    return answer(upstream.status, await upstream.text());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sent,
    /** The code in the last message to a number. */
    codeFor(number: string): string {
      const last = sent.findLast(({ to }) => to === number);
      const [code] = /\b\d{6}\b/.exec(last?.text ?? "") ?? [];
      if (code === undefined) throw new Error(`no code was sent to ${number}`);
      return code;
    },
    setFault(next: SnsFault): void {
      fault = next;
    },
    close(): void {
      server.closeAllConnections();
      server.close();
    },
  };
}

// The emulator finds service and region by it.
const authorization =
  "AWS4-HMAC-SHA256 Credential=x/20260101/eu-central-1/sns/aws4_request, SignedHeaders=host, Signature=x";

function resultOf(action: string, result: string): string {
  return `<${action}Response><${action}Result>${result}</${action}Result></${action}Response>`;
}

const memberOf = (number: string) =>
  `<member><PhoneNumber>${number}</PhoneNumber><Status>Verified</Status></member>`;

const errorOf = (code: string, message: string) =>
  `<ErrorResponse><Error><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`;
