import { randomBytes } from "node:crypto";
import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type Server,
  type ServerResponse,
} from "node:http";
import { accessLogLine } from "./access-log.ts";
import type { ApiDescription, RouteDescription } from "./api-description.ts";
import { corsHeaders, isCorsHeader, preflightHeaders } from "./cors.ts";
import { clfTime, proxyEvent } from "./event.ts";
import { functionAnswer, type GatewayAnswer } from "./function-answer.ts";
import { type GatewayRequest, readRequest, Refused } from "./gateway-request.ts";
import { type Jwks, type JwtContext, jwtAuthorizer } from "./jwt-authorizer.ts";
import { type MatchedRoute, matchRoute } from "./routes.ts";
import { tokenBuckets } from "./token-buckets.ts";

/** What an invocation came to; that of the Lambda runner has this form. */
export type Invoked =
  | { readonly kind: "ran"; readonly failed: boolean; readonly payload: string }
  | { readonly kind: "throttled" | "tooLarge" | "notFound" };

export interface HttpApiProps {
  /** Asked at each request, so that a change counts at once. */
  readonly describe: () => Promise<ApiDescription>;
  readonly invoke: (functionArn: string, event: string) => Promise<Invoked>;
  /** Whether the function's policy lets this API invoke it. */
  readonly mayInvoke: (functionArn: string, api: ApiDescription) => Promise<boolean>;
  readonly jwks: (issuer: string) => Promise<Jwks>;
  readonly now: () => Date;
  readonly accessLog: (line: string) => void;
}

/** A server that does with requests what API Gateway does with those of an HTTP API; the caller listens and closes. */
export function createHttpApi(props: HttpApiProps): Server {
  const options = { ...props, authorize: jwtAuthorizer(props), take: tokenBuckets(props.now) };
  // The limit that counts is the gateway's own, see `readRequest`.
  return createServer({ maxHeaderSize: 64 * 1024 }, (message, response) => {
    serve(options, message, response).catch((error) => {
      console.error(error);
      response.destroy();
    });
  });
}

interface Options extends HttpApiProps {
  readonly authorize: ReturnType<typeof jwtAuthorizer>;
  readonly take: ReturnType<typeof tokenBuckets>;
}

/** What is known of a request, for its line of the access log. */
interface Known {
  request?: GatewayRequest;
  matched?: MatchedRoute;
  jwt?: JwtContext;
  integrationStatus?: number;
  integrationMs?: number;
}

async function serve(options: Options, message: IncomingMessage, response: ServerResponse): Promise<void> {
  const startedAt = performance.now();
  const at = options.now();
  const requestId = `${randomBytes(11).toString("base64url")}=`; // 16 characters there
  const api = await options.describe();
  const known: Known = {};
  const answer = await answerTo(options, { api, message, known, requestId, at });
  const { method } = message;
  response.writeHead(answer.status, {
    ...answer.headers,
    ...corsHeaders(api.cors, message.headersDistinct["origin"]?.join(",")),
    "apigw-requestid": requestId,
    ...(answer.status !== 204 && answer.status !== 304 && { "content-length": answer.body.length }),
  } as OutgoingHttpHeaders);
  response.end(method === "HEAD" || answer.status === 204 ? undefined : answer.body);
  if (api.accessLogFormat === undefined) return;
  const line = accessLogLine(api.accessLogFormat, {
    ...identity(message, known),
    requestId,
    extendedRequestId: requestId,
    apiId: api.apiId,
    accountId: api.accountId,
    stage: api.stage,
    status: answer.status,
    responseLength: answer.body.length,
    responseLatency: Math.round(performance.now() - startedAt),
    requestTime: clfTime(at),
    requestTimeEpoch: at.getTime(),
    "error.message": answer.message,
    "error.responseType": answer.message === undefined ? undefined : String(answer.status),
    integrationStatus: known.integrationStatus,
    "integration.status": known.integrationStatus,
    "integration.latency": known.integrationMs,
    integrationLatency: known.integrationMs,
  });
  options.accessLog(line);
}

function identity({ method, url = "/", headers, socket }: IncomingMessage, { matched, jwt }: Known) {
  const claims = Object.entries(jwt?.claims ?? {}).map(([name, value]) => [
    `authorizer.claims.${name}`,
    value,
  ]);
  return {
    httpMethod: method,
    path: url.split("?")[0],
    protocol: "HTTP/1.1",
    routeKey: matched?.route.key,
    "identity.sourceIp": (socket.remoteAddress ?? "").replace(/^::ffff:/, ""),
    "identity.userAgent": headers["user-agent"],
    ...Object.fromEntries(claims),
  };
}

interface Incoming {
  readonly api: ApiDescription;
  readonly message: IncomingMessage;
  readonly known: Known;
  readonly requestId: string;
  readonly at: Date;
}

async function answerTo(options: Options, incoming: Incoming): Promise<GatewayAnswer & { message?: string }> {
  try {
    return await answerOfFunction(options, incoming);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const body = Buffer.from(JSON.stringify({ message: error.message }));
    const headers = { "content-type": "application/json", ...error.headers };
    return { status: error.status, headers, body, message: error.message };
  }
}

async function answerOfFunction(options: Options, incoming: Incoming): Promise<GatewayAnswer> {
  const { api, message, known, requestId, at } = incoming;
  const request = await readRequest(message);
  known.request = request;
  const { cors } = api;
  if (cors !== undefined && request.method === "OPTIONS" && request.headers["origin"] !== undefined) {
    const isAllowed = Object.keys(corsHeaders(cors, request.headers["origin"])).length > 0;
    return { status: 204, headers: isAllowed ? preflightHeaders(cors) : {}, body: Buffer.alloc(0) };
  }
  const matched = matchRoute(api.routes, request.method, request.path);
  if (matched === undefined) throw new Refused(404, "Not Found");
  known.matched = matched;
  const { route } = matched;
  if (!options.take(route.throttle === undefined ? "" : route.key, route.throttle ?? api.throttle)) {
    throw new Refused(429, "Too Many Requests");
  }
  const authorized = await options.authorize(request.headers["authorization"], route);
  if (authorized.status !== 200) throw unauthorized(authorized.status, route);
  known.jwt = authorized.jwt;
  if (!(await options.mayInvoke(route.functionArn, api))) throw new Refused(500, "Internal Server Error");
  const event = proxyEvent({ api, request, matched, jwt: authorized.jwt, requestId, at });
  const invokedAt = performance.now();
  const invoked = await invokedInTime(options, route, JSON.stringify(event));
  known.integrationMs = Math.round(performance.now() - invokedAt);
  const payload = payloadOf(invoked);
  known.integrationStatus = 200;
  const answer = functionAnswer(payload);
  if (cors === undefined) return answer;
  const headers = Object.entries(answer.headers).filter(([name]) => !isCorsHeader(name));
  return { ...answer, headers: Object.fromEntries(headers) };
}

function unauthorized(status: 401 | 403, { scopes }: RouteDescription): Refused {
  if (status === 401) return new Refused(401, "Unauthorized", { "www-authenticate": "Bearer" });
  const challenge = `Bearer scope="${scopes.join(" ")}" error="insufficient_scope"`;
  return new Refused(403, "Forbidden", { "www-authenticate": challenge });
}

/** The function goes on when the gateway has given up, as on AWS. */
async function invokedInTime({ invoke }: Options, route: RouteDescription, event: string): Promise<Invoked> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Refused(503, "Service Unavailable")), route.timeoutMs);
  });
  try {
    return await Promise.race([invoke(route.functionArn, event), late]);
  } finally {
    clearTimeout(timer);
  }
}

function payloadOf(invoked: Invoked): string {
  if (invoked.kind === "throttled") throw new Refused(503, "Service Unavailable");
  if (invoked.kind === "tooLarge") throw new Refused(413, "Request Entity Too Large");
  if (invoked.kind === "ran" && !invoked.failed) return invoked.payload;
  throw new Refused(500, "Internal Server Error");
}
