import { createServer, type Server } from "node:http";
import { text } from "node:stream/consumers";
import type { Credentials } from "./credentials.ts";
import type { SentTexts } from "./sent-texts.ts";

/** The operations that the application calls, but for those of `sandboxAnswer`. */
const passedOn = ["Publish", "CheckIfPhoneNumberIsOptedOut"];

export interface SnsProxyProps {
  readonly upstream: URL;
  readonly roleOf: Credentials["roleOf"];
  readonly texts: SentTexts;
}

/** What hosts reach of SNS: messages to phone numbers, and nothing else of the emulated API behind it. */
export function createSnsProxy({ upstream, roleOf, texts }: SnsProxyProps): Server {
  return createServer((message, response) => {
    answer().catch(() => response.destroy());

    async function answer(): Promise<void> {
      const body = await text(message);
      const parameters = new URLSearchParams(body);
      const action = parameters.get("Action") ?? "";
      const own = sandboxAnswer(action);
      if (own !== undefined) return void response.writeHead(200, { "content-type": "text/xml" }).end(own);
      const isToTopic = action === "Publish" && !parameters.has("PhoneNumber");
      if (message.method !== "POST" || !passedOn.includes(action) || isToTopic)
        return void response.writeHead(404).end();
      const { authorization = "", "x-amz-security-token": token } = message.headers;
      const headers = { authorization, "content-type": "application/x-www-form-urlencoded" };
      const given = await fetch(upstream, { method: "POST", headers, body });
      texts.keep(roleOf(token?.toString()), body, given.status);
      response.writeHead(given.status, { "content-type": "text/xml" }).end(await given.text());
    }
  });
}

/** That the account is not in the SMS sandbox: the emulator has no answer to that. */
export function sandboxAnswer(action: string | undefined): string | undefined {
  if (action !== "GetSMSSandboxAccountStatus") return undefined;
  const result = `<${action}Result><IsInSandbox>false</IsInSandbox></${action}Result>`;
  return `<${action}Response xmlns="http://sns.amazonaws.com/doc/2010-03-31/">${result}</${action}Response>`;
}
