import { randomBytes } from "node:crypto";
import type { ApiDescription } from "./api-description.ts";
import type { GatewayRequest } from "./gateway-request.ts";
import type { JwtContext } from "./jwt-authorizer.ts";
import type { MatchedRoute } from "./routes.ts";

/**
 * Other bodies are base64: AWS does not list the types, but a form, and a body without a type, are base64 there too
 * (observed with a real HTTP API, https://github.com/ministackorg/ministack/pull/766).
 */
const textTypes = /^(text\/.*|application\/(json|xml|javascript))$/;

export interface EventProps {
  readonly api: ApiDescription;
  readonly request: GatewayRequest;
  readonly matched: MatchedRoute;
  readonly jwt: JwtContext | undefined;
  readonly requestId: string;
  readonly at: Date;
}

/** Payload format 2.0: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html */
export function proxyEvent({ api, request, matched, jwt, requestId, at }: EventProps) {
  const { method, path, query, headers, cookies, sourceIp, body } = request;
  const { apiId, accountId, region, stage } = api;
  const type = (headers["content-type"] ?? "").split(";")[0]!.trim().toLowerCase();
  const isText = textTypes.test(type);
  const domainName = `${apiId}.execute-api.${region}.amazonaws.com`;
  const rawPath = stage === "$default" ? path : `/${stage}${path}`;
  const parameters = queryParameters(query);
  return {
    version: "2.0",
    routeKey: matched.route.key,
    rawPath,
    rawQueryString: query,
    ...(cookies.length > 0 && { cookies }),
    headers: forwardedHeaders(headers, request, at),
    ...(parameters !== undefined && { queryStringParameters: parameters }),
    requestContext: {
      accountId,
      apiId,
      ...(jwt !== undefined && { authorizer: { jwt } }),
      domainName,
      domainPrefix: apiId,
      http: { method, path: rawPath, protocol: "HTTP/1.1", sourceIp, userAgent: headers["user-agent"] ?? "" },
      requestId,
      routeKey: matched.route.key,
      stage,
      time: clfTime(at),
      timeEpoch: at.getTime(),
    },
    ...(matched.pathParameters !== undefined && { pathParameters: matched.pathParameters }),
    ...(body.length > 0 && { body: body.toString(isText ? "utf8" : "base64") }),
    isBase64Encoded: body.length > 0 && !isText,
  };
}

export type ProxyEvent = ReturnType<typeof proxyEvent>;

function forwardedHeaders(headers: GatewayRequest["headers"], { sourceIp, body }: GatewayRequest, at: Date) {
  const { connection: _1, "transfer-encoding": _2, "keep-alive": _3, ...passedOn } = headers;
  const forwardedFor = headers["x-forwarded-for"];
  const root = `${Math.floor(at.getTime() / 1000).toString(16)}-${randomBytes(12).toString("hex")}`;
  return {
    ...passedOn,
    "content-length": String(body.length),
    "x-amzn-trace-id": headers["x-amzn-trace-id"] ?? `Root=1-${root}`,
    "x-forwarded-for": forwardedFor === undefined ? sourceIp : `${forwardedFor}, ${sourceIp}`,
    "x-forwarded-port": "443",
    "x-forwarded-proto": "https",
  };
}

/** Decoded, the values of a repeated name joined by commas. */
function queryParameters(query: string): Record<string, string> | undefined {
  const parameters: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(query)) {
    parameters[name] = Object.hasOwn(parameters, name) ? `${parameters[name]},${value}` : value;
  }
  return query === "" ? undefined : parameters;
}

/** `12/Mar/2026:19:03:58 +0000` */
export function clfTime(at: Date): string {
  const [, day, month, year, time] = /^\w+, (\d\d) (\w+) (\d+) ([\d:]+)/.exec(at.toUTCString())!;
  return `${day}/${month}/${year}:${time} +0000`;
}
