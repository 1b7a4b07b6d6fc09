import { type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http";
import { text } from "node:stream/consumers";
import { controlPlaneBehind } from "../serverless/cognito/control-plane.ts";
import type { Mail } from "../serverless/cognito/mail.ts";
import { cognitoUserPlane } from "../serverless/cognito/user-plane.ts";

const prefix = "AWSCognitoIdentityProviderService.";

/** Where a test moves the clock of the pools and reads their mail: no addresses of AWS. */
const clockPath = "/local-cloud/cognito/clock";
const mailsPath = "/local-cloud/cognito/mails";

/**
 * User pools for tests of the application: the user plane before the emulator. It believes who signs, and takes as many
 * attempts of a code as AWS does at most.
 */
export function createUserPools(emulator: URL, region: string): Server {
  let offsetMs = 0;
  const mails: Mail[] = [];
  const plane = cognitoUserPlane({
    region,
    now: () => new Date(Date.now() + offsetMs),
    mail: async (mail) => void mails.push(mail),
    quotas: { mailsPerDay: 100_000, codeAttemptsPerHour: 20 },
    ...controlPlaneBehind(async (action, input) => {
      const answer = await post(action, JSON.stringify(input));
      return { status: answer.status, body: await answer.text() };
    }),
  });

  const post = (action: string, body: string) =>
    fetch(emulator, {
      method: "POST",
      headers: {
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": prefix + action,
        // The emulator finds service and region by it.
        authorization: `AWS4-HMAC-SHA256 Credential=local/20260101/${region}/cognito-idp/aws4_request, SignedHeaders=host, Signature=unchecked`,
      },
      body,
    });

  async function serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "", url: path = "", headers } = message;
    const body = await text(message);
    if (path === clockPath) {
      offsetMs = JSON.parse(body).offsetMs;
      return void response.writeHead(204).end();
    }
    if (path === mailsPath) return void response.end(JSON.stringify(mails));
    const action = String(headers["x-amz-target"] ?? "").slice(prefix.length);
    const caller = { kind: headers.authorization === undefined ? "anonymous" : "role" } as const;
    const answer =
      action === ""
        ? await plane.http({ method, path, body }, { kind: "operator" })
        : await plane(action, body, caller);
    if (answer) return void response.writeHead(answer.status, answer.headers).end(answer.body);
    if (action === "") return void response.writeHead(404).end();
    const behind = await post(action, body);
    response
      .writeHead(behind.status, { "content-type": "application/x-amz-json-1.1" })
      .end(await behind.text());
  }

  return createServer((message, response) => {
    // The emulator may end first.
    serve(message, response).catch(() => response.destroy());
  });
}
