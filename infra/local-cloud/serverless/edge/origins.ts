import { type IncomingMessage, request as httpRequest } from "node:http";
import { buffer } from "node:stream/consumers";
import type { Behaviour, Distribution, Origin } from "./distribution.ts";
import type { StoredAnswer } from "./edge-cache.ts";
import { type EdgeCredentials, encodedPath, signedReadHeaders } from "./origin-signature.ts";
import { queryOf, selected, type ViewerRequest } from "./viewer-request.ts";

export interface OriginsProps {
  /** An S3 that is addressed path-style. */
  readonly s3: URL;
  /** Where a custom origin is on this machine. */
  readonly customOrigin: (domainName: string) => URL;
  /** Of the principal `cloudfront.amazonaws.com` with a distribution's ARN as source. */
  readonly credentials: (distributionArn: string) => EdgeCredentials;
  readonly now: () => Date;
  /** CloudFront waits 30 seconds for an origin. */
  readonly timeoutMs: number;
}

export interface FetchProps {
  readonly distribution: Distribution;
  readonly origin: Origin;
  readonly behaviour: Behaviour;
  readonly request: ViewerRequest;
  /** The viewer's, with a body that is yet to be read. */
  readonly message: IncomingMessage;
  /** A `Range` is passed on only for what the cache does not keep. */
  readonly isCacheable: boolean;
}

/** Fetches from origins; 502 if one does not answer, 504 if it takes too long. */
export function origins(props: OriginsProps) {
  return function fetchFrom(fetch: FetchProps): Promise<StoredAnswer> {
    const { url, headers, path } =
      fetch.origin.kind === "s3" ? s3Request(props, fetch) : customRequest(props, fetch);
    const { method } = fetch.request;
    return new Promise((resolve) => {
      const fail = (status: number) => resolve({ status, headers: {}, body: Buffer.alloc(0) });
      const outgoing = httpRequest({ hostname: url.hostname, port: url.port, method, path, headers });
      const timer = setTimeout(() => {
        fail(504);
        outgoing.destroy();
      }, props.timeoutMs);
      outgoing.on("error", () => fail(502));
      outgoing.on("close", () => clearTimeout(timer));
      outgoing.on("response", (answer) => {
        buffer(answer).then(
          (body) => {
            resolve({ status: answer.statusCode ?? 502, headers: endToEnd(answer), body });
            if (!outgoing.writableFinished) outgoing.destroy(); // refused before its body came
          },
          () => fail(502),
        );
      });
      if (fetch.origin.kind === "s3" || method === "GET" || method === "HEAD") outgoing.end();
      else {
        outgoing.flushHeaders(); // the origin may refuse a request before the first byte of its body
        fetch.message.pipe(outgoing);
      }
    });
  };
}

function s3Request(
  { s3, credentials, now }: OriginsProps,
  { origin, request, distribution, isCacheable }: FetchProps,
) {
  const [, bucket, region = "us-east-1"] =
    /^(.+)\.s3[.-](?:([a-z0-9-]+)\.)?amazonaws\.com$/.exec(origin.domainName) ?? [];
  if (bucket === undefined) throw new Error(`${origin.domainName} is no bucket`);
  const path = `/${bucket}${origin.path}${decodeURIComponent(request.uri)}`;
  const { host } = s3;
  const { method } = request;
  const read = { method, host, path, region, now: now(), credentials: credentials(distribution.arn) };
  const range = isCacheable ? undefined : request.headers["range"];
  const headers = {
    ...(origin.isSigned ? signedReadHeaders(read) : { host }),
    ...(range !== undefined && { range }),
  };
  return { url: s3, path: encodedPath(path), headers };
}

/** CloudFront sets them itself, or takes them out. */
const notForwarded = new Set([
  ...[
    "accept-encoding",
    "connection",
    "expect",
    "host",
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
  ],
  ...["te", "trailer", "transfer-encoding", "upgrade", "x-amz-cf-id", "x-forwarded-proto", "x-real-ip"],
]);

function customRequest(
  { customOrigin }: OriginsProps,
  { origin, behaviour, request, distribution }: FetchProps,
) {
  const keyed = selected(request, behaviour.cache.key);
  const more = selected(request, behaviour.originRequest);
  const headers = Object.entries({ ...keyed.headers, ...more.headers }).filter(
    ([name]) => !notForwarded.has(name),
  );
  const cookies = request.cookies.filter((one) => keyed.cookies.includes(one) || more.cookies.includes(one));
  const queries = request.queries.filter((one) => keyed.queries.includes(one) || more.queries.includes(one));
  const forwardedFor = request.headers["x-forwarded-for"];
  const length = request.headers["content-length"];
  const isCompressed = behaviour.cache.gzip || behaviour.cache.brotli;
  const viewerEncoding = request.headers["accept-encoding"];
  return {
    url: customOrigin(origin.domainName),
    path: `${origin.path}${request.uri}${queryOf(queries)}`,
    headers: {
      "user-agent": "Amazon CloudFront",
      ...Object.fromEntries(headers),
      // What the edge compresses itself, it asks for plain.
      ...(!isCompressed && more.headers["accept-encoding"] && { "accept-encoding": viewerEncoding }),
      ...(cookies.length > 0 && { cookie: cookies.map(([name, value]) => `${name}=${value}`).join("; ") }),
      ...(length !== undefined && { "content-length": length }),
      host: behaviour.originRequest.headers.kind === "all" ? request.headers["host"] : origin.domainName,
      "x-forwarded-for":
        forwardedFor === undefined ? request.viewerAddress : `${forwardedFor}, ${request.viewerAddress}`,
      via: `1.1 ${distribution.domainName} (CloudFront)`,
      "x-amz-cf-id": crypto.randomUUID(),
      ...origin.customHeaders,
    },
  };
}

const hopByHop =
  /^(connection|keep-alive|transfer-encoding|upgrade|te|trailer|proxy-.*|content-length|x-amz-(request-id|id-2))$/;

function endToEnd({ headersDistinct }: IncomingMessage): Record<string, string | string[]> {
  const kept = Object.entries(headersDistinct).filter(([name]) => !hopByHop.test(name));
  return Object.fromEntries(
    kept.map(([name, values = []]) => [name, name === "set-cookie" ? values : values.join(", ")]),
  );
}
