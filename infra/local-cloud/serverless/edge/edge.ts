import { randomBytes } from "node:crypto";
import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type Server,
  type ServerResponse,
} from "node:http";
import { compressed, encodingOf } from "./compression.ts";
import { type Behaviour, behaviourOf, type Distribution } from "./distribution.ts";
import { edgeCache, type StoredAnswer, ttlOf } from "./edge-cache.ts";
import { origins, type OriginsProps } from "./origins.ts";
import type { FunctionResponse } from "./viewer-function.ts";
import { pairsOf } from "./viewer-function.ts";
import { afterFunction, isTooLarge, selected, viewerRequest, type ViewerRequest } from "./viewer-request.ts";

export interface EdgeProps extends Omit<OriginsProps, "timeoutMs"> {
  /** Asked at each request, so that a change counts at once. */
  readonly describe: () => Promise<Distribution>;
  /** Of the store that is associated with a function. */
  readonly keyValue: (functionName: string, key: string) => Promise<string | undefined>;
  /** @default - `https`: viewers of the local cloud use plain HTTP in its place */
  readonly viewerProtocol?: (message: IncomingMessage) => "http" | "https";
  readonly originTimeoutMs?: number;
  /** Why a function failed; the viewer reads 503 alone. */
  readonly onFunctionError?: (error: unknown) => void;
}

type How = "Hit" | "Miss" | "Error" | "FunctionGeneratedResponse";

interface Answered extends StoredAnswer {
  readonly how: How;
  readonly ageS?: number;
  /** Answers that CloudFront makes itself have no policy's headers. */
  readonly policyOf?: Behaviour;
}

/** A server that does with requests what a distribution does at one edge location; the caller listens and closes. */
export function createEdge(props: EdgeProps): {
  readonly server: Server;
  readonly invalidate: (paths: readonly string[]) => void;
} {
  const cache = edgeCache(props.now);
  const fetchFrom = origins({ ...props, timeoutMs: props.originTimeoutMs ?? 30_000 });

  async function answerTo(message: IncomingMessage, requestId: string): Promise<Answered> {
    const distribution = await props.describe();
    if (isTooLarge(message)) return own(413, "Request Header Fields Too Large");
    const asked = viewerRequest(message);
    if (!isDecodable(asked.uri)) return own(400, "Bad Request");
    const behaviour = behaviourOf(distribution, asked.uri);
    const refused = refusalOf(behaviour, asked, props.viewerProtocol?.(message) ?? "https");
    if (refused !== undefined) return refused;
    let request: ViewerRequest | FunctionResponse;
    try {
      const { keyValue } = props;
      request = await afterFunction({ request: asked, behaviour, distribution, requestId, keyValue });
    } catch (error) {
      props.onFunctionError?.(error);
      return own(
        503,
        "The CloudFront function associated with the CloudFront distribution is invalid or could not run.",
      );
    }
    if ("statusCode" in request) return { ...ofFunction(request), policyOf: behaviour };
    if (!isDecodable(request.uri)) return own(400, "Bad Request");
    const uri = request.uri === "/" ? `/${distribution.defaultRootObject}` : request.uri;
    return answerOfOrigin(distribution, behaviour, { ...request, uri }, message);
  }

  async function answerOfOrigin(
    distribution: Distribution,
    behaviour: Behaviour,
    request: ViewerRequest,
    message: IncomingMessage,
  ): Promise<Answered> {
    const origin = distribution.origins.find(({ id }) => id === behaviour.originId)!;
    const { method, headers, uri } = request;
    const isCacheable = (method === "GET" || method === "HEAD") && headers["range"] === undefined;
    const encoding = encodingOf(behaviour, headers["accept-encoding"]);
    const key = JSON.stringify([
      behaviour.pattern,
      method,
      uri,
      encoding,
      selected(request, behaviour.cache.key),
    ]);
    const found = isCacheable ? cache.find(key) : undefined;
    if (found?.isFresh) return ofCache(found.answer, found.ageS, behaviour, request);
    const fetched = await fetchFrom({ distribution, origin, behaviour, request, message, isCacheable });
    // An origin that fails is stood in for by what it gave before.
    if (fetched.status >= 500 && found !== undefined && found.answer.status < 400) {
      return ofCache(found.answer, found.ageS, behaviour, request);
    }
    const answer = compressed(withoutCookies(fetched, behaviour), encoding);
    if (isCacheable) {
      const ttlS = ttlOf(
        answer,
        behaviour.cache,
        distribution.errorTtlS.get(answer.status) ?? 10,
        props.now(),
      );
      cache.store(key, uri, answer, ttlS);
    }
    const how = answer.status >= 400 ? "Error" : "Miss";
    return { ...conditional(answer, request), how, policyOf: behaviour };
  }

  async function serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = randomBytes(42).toString("base64url");
    const answered = await answerTo(message, requestId);
    const { status, headers, body, how, ageS, policyOf } = answered;

    response.writeHead(status, {
      ...withPolicy(headers, policyOf),
      ...(ageS !== undefined && { age: String(ageS) }),
      "x-cache": `${how} from cloudfront`,
      via: "1.1 local.cloudfront.net (CloudFront)",
      "x-amz-cf-id": requestId,
      ...(status === 413 && { connection: "close" }),
      ...(status !== 204 && status !== 304 && { "content-length": body.length }),
    } as OutgoingHttpHeaders);
    response.end(message.method === "HEAD" || status === 204 || status === 304 ? undefined : body);
    message.resume(); // a body that was refused
  }

  const server = createServer({ maxHeaderSize: 128 * 1024 }, (message, response) => {
    serve(message, response).catch((error) => {
      console.error(error);
      response.destroy();
    });
  });
  return { server, invalidate: cache.invalidate };
}

function refusalOf(
  behaviour: Behaviour,
  { method, headers, uri }: ViewerRequest,
  protocol: "http" | "https",
) {
  if (protocol === "http" && behaviour.viewerProtocol === "https-only") return own(403, "Forbidden");
  if (protocol === "http" && behaviour.viewerProtocol === "redirect-to-https") {
    return { ...own(301, "Moved Permanently"), headers: { location: `https://${headers["host"]}${uri}` } };
  }
  if (!behaviour.allowedMethods.includes(method)) {
    return own(
      403,
      "This distribution is not configured to allow the HTTP request method that was used for this request.",
    );
  }
  const hasBody = Number(headers["content-length"] ?? 0) > 0 || headers["transfer-encoding"] !== undefined;
  if (hasBody && (method === "GET" || method === "HEAD")) return own(403, "Bad request: a GET with a body");
  return undefined;
}

function own(status: number, text: string): Answered {
  const body = Buffer.from(`<!DOCTYPE html><title>ERROR</title><h1>${status} ERROR</h1><p>${text}</p>`);
  return { status, headers: { "content-type": "text/html" }, body, how: "Error" };
}

function ofFunction({ statusCode, headers = {}, body = "" }: FunctionResponse): Answered {
  const bytes =
    typeof body === "string"
      ? Buffer.from(body)
      : Buffer.from(body.data, body.encoding === "base64" ? "base64" : "utf8");
  return {
    status: statusCode,
    headers: Object.fromEntries(pairsOf(headers)),
    body: bytes,
    how: "FunctionGeneratedResponse",
  };
}

function ofCache(answer: StoredAnswer, ageS: number, policyOf: Behaviour, request: ViewerRequest): Answered {
  return { ...conditional(answer, request), ageS, how: answer.status >= 400 ? "Error" : "Hit", policyOf };
}

/** 304 for what the viewer has already. */
function conditional(answer: StoredAnswer, { headers, method }: ViewerRequest): StoredAnswer {
  const { etag } = answer.headers;
  const asked = headers["if-none-match"];
  if (
    asked === undefined ||
    typeof etag !== "string" ||
    answer.status !== 200 ||
    !/^(GET|HEAD)$/.test(method)
  )
    return answer;
  const plain = (tag: string) => tag.trim().replace(/^W\//, "");
  const isKnown = asked.trim() === "*" || asked.split(",").some((tag) => plain(tag) === plain(etag));
  return isKnown ? { ...answer, status: 304, body: Buffer.alloc(0) } : answer;
}

/** Where no cookie is forwarded, none is set either: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/Cookies.html */
function withoutCookies(answer: StoredAnswer, { cache, originRequest }: Behaviour): StoredAnswer {
  if (cache.key.cookies.kind !== "none" || originRequest.cookies.kind !== "none") return answer;
  const { "set-cookie": _, ...headers } = answer.headers;
  return { ...answer, headers };
}

function withPolicy(headers: StoredAnswer["headers"], behaviour: Behaviour | undefined) {
  if (behaviour === undefined) return headers;
  const { add, remove } = behaviour.responseHeaders;
  const kept = Object.entries(headers).filter(([name]) => !remove.includes(name));
  const added = add.filter(({ name, override }) => override || !Object.hasOwn(headers, name));
  return {
    ...Object.fromEntries(kept),
    ...Object.fromEntries(added.map(({ name, value }) => [name, value])),
  };
}

function isDecodable(uri: string): boolean {
  try {
    decodeURIComponent(uri);
    return uri.startsWith("/");
  } catch {
    return false;
  }
}
