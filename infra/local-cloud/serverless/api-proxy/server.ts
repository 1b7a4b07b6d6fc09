import { type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http";
import type { Credentials } from "../../emulator/credentials.ts";
import { reasonOf, verdictOf } from "../../emulator/rights.ts";
import type { SentTexts } from "../../emulator/sent-texts.ts";
import { sandboxAnswer } from "../../emulator/sns-proxy.ts";
import { rolePolicies } from "../../emulator/role-policies.ts";
import { readBody } from "../../s3-proxy/src/body.ts";
import { parseRequest } from "../../s3-proxy/src/request.ts";
import { S3Error } from "../../s3-proxy/src/s3-error.ts";
import { apiGateway } from "./api-gateway.ts";
import { authenticate } from "./authentication.ts";
import { type Answer, type Call, actionOf } from "./call.ts";
import { cloudfront } from "./cloudfront.ts";
import { type UserPlane, cognito, isUnsigned } from "./cognito.ts";
import { dynamodb } from "./dynamodb.ts";
import { type Invoke, lambda } from "./lambda.ts";
import { ApiError, type Asked, accessDenied, refusalAnswer, signatureRefusal } from "./refusal.ts";
import { requestedRights } from "./requested-rights.ts";
import { createUpstream } from "./upstream.ts";

export interface ApiProxyOptions {
  /** The emulator, which believes whatever it is sent. */
  readonly upstream: URL;
  /** The emulator of DynamoDB. @default - that of everything else */
  readonly dynamodb?: URL;
  readonly credentials: Credentials;
  readonly now: () => Date;
  /** How much later than its table a global secondary index answers. */
  readonly indexLagMs: number;
  /** @default - calls of Cognito's user plane are refused */
  readonly userPlane?: UserPlane;
  /** @default - invocations are refused */
  readonly invoke?: Invoke;
  /** Keeps text messages. @default - they are not kept */
  readonly texts?: SentTexts;
  /** Is given each call that was passed on, before its answer is sent. */
  readonly after?: (call: Call) => void;
}

/** A server that verifies who calls and what a role may do, and only then passes a call on; the caller listens and closes. */
export function createApiProxy(options: ApiProxyOptions): Server {
  const { credentials, now, indexLagMs } = options;
  const upstream = createUpstream(options.upstream);
  const tables = createUpstream(options.dynamodb ?? options.upstream);
  const policies = rolePolicies(options.upstream, credentials.operator);
  const functions = lambda(options.invoke);
  const services: Record<string, (call: Call, ownUrl: string) => Promise<Answer>> = {
    dynamodb: dynamodb({ upstream: tables, now, indexLagMs }),
    cloudfront: cloudfront({ now }),
    "cognito-idp": withForward(cognito(options.userPlane)),
    sns: async (call) => {
      const own = sandboxAnswer(call.action);
      if (own !== undefined) return { status: 200, headers: { "content-type": "text/xml" }, body: own };
      const given = await upstream.send(call);
      options.texts?.keep(call.caller?.role, call.body.toString(), given.status);
      return given;
    },
    apigateway: (call) => apiGateway(call, (sent) => upstream.send(sent)),
    lambda: (call, ownUrl) => functions.answer(call, (sent) => upstream.send(sent), ownUrl),
  };

  function withForward(answer: ReturnType<typeof cognito>) {
    return (call: Call) => answer(call, (sent) => upstream.send(sent));
  }

  async function requireRights(call: Call): Promise<void> {
    const role = call.caller?.role;
    if (role === undefined) return;
    const statements = await policies.of(role);
    for (const right of requestedRights(call)) {
      const verdict = verdictOf(statements, right);
      if (verdict === "allowed") continue;
      throw accessDenied(reasonOf(role, right, verdict), askedOf(call));
    }
  }

  async function answer(message: IncomingMessage): Promise<Answer> {
    const code = message.method === "GET" ? functions.code(message.url ?? "/") : undefined;
    if (code !== undefined) return code;
    const call = await callOf(message, credentials, now);
    await requireRights(call);
    const service = services[call.service];
    const given = await (service?.(call, `http://${message.headers.host}`) ?? upstream.send(call));
    policies.after(call);
    options.after?.(call);
    return given;
  }

  // A call on a connection that is closed for idleness at that moment would be reset.
  return createServer({ keepAliveTimeout: 600_000 }, (message, response) => {
    answer(message)
      .catch((error: unknown) => refusalAnswer(asApiError(error, claimed(message)), claimed(message)))
      .then((given) => write(response, given))
      .catch(() => response.destroy());
  }).on("close", () => [upstream, tables].forEach(({ close }) => close()));
}

async function callOf(message: IncomingMessage, credentials: Credentials, now: () => Date): Promise<Call> {
  const parsed = parseRequest(message);
  const body = await readBody(message);
  const request = {
    ...parsed,
    rawPath: parsed.target.split("?")[0]!,
    body,
    action: actionOf(message, body),
    isAbandoned: () => message.socket.destroyed,
  };
  const { authorization } = message.headers;
  if (authorization !== undefined)
    return { ...request, ...(await authenticate(request, authorization, credentials, now)) };
  const { region, service } = claimed(message);
  if (service === "cognito-idp" && isUnsigned(request.action))
    return { ...request, service, region, caller: undefined };
  const asked = claimed(message);
  throw new ApiError(
    asked.isJson ? "MissingAuthenticationTokenException" : "MissingAuthenticationToken",
    "Request is missing Authentication Token",
    asked.isJson ? 400 : 403,
  );
}

/** What an unverified call says it is, for the form of its refusal. */
function claimed({ headers }: IncomingMessage): Asked & { readonly region: string } {
  const target = String(headers["x-amz-target"] ?? "");
  const [, region = "us-east-1", service] =
    /Credential=[^/]+\/\d+\/([\w-]+)\/([\w-]+)\//.exec(headers.authorization ?? "") ?? [];
  const byTarget = target.startsWith("AWSCognitoIdentityProviderService.") ? "cognito-idp" : "";
  return { service: service ?? byTarget, region, isJson: target !== "" };
}

const askedOf = ({ service, headers }: Call): Asked => ({ service, isJson: headers.has("x-amz-target") });

function asApiError(error: unknown, asked: Asked): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof S3Error) return signatureRefusal(error.code, error.message, asked);
  console.error(error);
  return new ApiError("InternalFailure", "The local cloud failed; its log says why.", 500);
}

function write(response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, { ...headers, "content-length": Buffer.byteLength(body) }).end(body);
}
