import { randomUUID } from "node:crypto";

export interface Sent {
  readonly method?: string;
  /** With the query; the path as the gateway passes it on: decoded once. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cookies?: readonly string[];
  readonly body?: string | Buffer;
}

/** The addresses of an edge location and of a viewer. */
export const edgeAddress = "130.176.1.1";
export const viewerAddress = "203.0.113.9";

/**
 * An event of an HTTP API behind CloudFront, payload format 2.0:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function httpEvent({ method = "GET", path, headers = {}, cookies = [], body }: Sent) {
  const [rawPath = "", rawQueryString = ""] = path.split(/\?(.*)/s);
  const isText = typeof body === "string";
  return {
    version: "2.0",
    routeKey: "$default",
    rawPath,
    rawQueryString,
    ...(cookies.length > 0 && { cookies: [...cookies] }),
    headers: {
      "viewer-address": viewerAddress,
      "x-forwarded-for": `${viewerAddress}, ${edgeAddress}`,
      "x-forwarded-port": "443",
      "x-forwarded-proto": "https",
      host: "abcdefghij.execute-api.us-east-1.amazonaws.com",
      ...(body !== undefined && { "content-length": String(Buffer.byteLength(body)) }),
      ...headers,
    },
    requestContext: {
      accountId: "123456789012",
      apiId: "abcdefghij",
      domainName: "abcdefghij.execute-api.us-east-1.amazonaws.com",
      domainPrefix: "abcdefghij",
      http: {
        method,
        path: rawPath,
        protocol: "HTTP/1.1",
        sourceIp: edgeAddress,
        userAgent: headers["user-agent"] ?? "Amazon CloudFront",
      },
      requestId: randomUUID(),
      routeKey: "$default",
      stage: "$default",
      time: "26/Nov/2026:23:00:00 +0000",
      timeEpoch: 1_795_734_000_000,
    },
    ...(body !== undefined && { body: isText ? body : body.toString("base64") }),
    isBase64Encoded: body !== undefined && !isText,
  };
}

/** What a function answers in that format. */
export interface HttpAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: readonly string[];
  readonly body: string;
  readonly isBase64Encoded: boolean;
}
