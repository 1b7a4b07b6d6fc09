import { type IncomingMessage, request as httpRequest } from "node:http";
import type { Payload } from "./payload.ts";
import { S3Error } from "./s3-error.ts";
import { signingAlgorithm } from "./sigv4.ts";

/** RFC 9110, 7.6.1; and what this side of the proxy writes itself. */
const notPassedOn = new Set([
  "connection",
  "content-length",
  "expect",
  "host",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** What moto answers itself, whatever service is asked for; it takes two slashes at the beginning for one. */
const besideS3 = /^\/*(moto-api|favicon\.ico$|latest\/(meta-data|api)\/)/;

/** 404 for a decoded path that leads past S3, such as to moto's command to forget everything. */
export function refuseBesideS3(path: string): void {
  if (besideS3.test(path)) throw new S3Error(404, "NoSuchBucket", "The specified bucket does not exist");
}

export interface UpstreamRequest extends Payload {
  readonly method: string;
  /** Path and query, percent-encoded. */
  readonly target: string;
}

/** Sends a request to the S3 behind the proxy, and nowhere else; its answer is yet to be read. 503 if there is none. */
export function send(upstream: URL, { method, target, headers, body }: UpstreamRequest) {
  return new Promise<IncomingMessage>((resolve, reject) => {
    refuseBesideS3(decodeURIComponent(target.split("?")[0]!));
    const { hostname, port } = upstream;
    const outgoing = httpRequest(
      { hostname, port, method, path: target, headers: endToEnd(headers) },
      resolve,
    );
    outgoing.on("error", (cause) => {
      const error = new S3Error(503, "ServiceUnavailable", "The S3 behind the proxy does not answer.");
      reject(Object.assign(error, { cause }));
    });
    if (body.length > 0 || method === "PUT" || method === "POST") {
      outgoing.setHeader("content-length", body.length);
    }
    outgoing.end(body);
  });
}

/** What tells that moto is behind the proxy, or has another form at AWS. */
const ofMoto = new Set([
  "server",
  "x-amz-content-sha256",
  "x-amz-sdk-checksum-algorithm",
  "x-amzn-requestid",
]);

/** The headers of moto's answer that AWS would send too. */
export function ofAws(headers: Iterable<readonly [string, string]>): Record<string, string> {
  return endToEnd([...headers].filter(([name]) => !ofMoto.has(name)));
}

/** The headers meant for the other end, of a request or of an answer. */
export function endToEnd(headers: Iterable<readonly [string, string]>): Record<string, string> {
  return Object.fromEntries([...headers].filter(([name]) => !notPassedOn.has(name)));
}

/** moto finds service and account by this header alone: it knows no presigned URL and no POST policy. */
export function routingHeader(credential: string): [string, string] {
  return [
    "authorization",
    `${signingAlgorithm} Credential=${credential}, SignedHeaders=host, Signature=verified`,
  ];
}
