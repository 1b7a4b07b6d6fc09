import { type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http";
import { pipeline } from "node:stream/promises";
import { type Access, access, signedByOf } from "./access.ts";
import { authenticate } from "./authentication.ts";
import type { Callers } from "./caller.ts";
import { readBody } from "./body.ts";
import { bucketPolicies } from "./bucket-policies.ts";
import { conditionalWrites } from "./conditional-writes.ts";
import { cors, type SiteShownAt } from "./cors.ts";
import { deleteObjects } from "./delete-objects.ts";
import { verifyPayload } from "./payload.ts";
import { postAnswer } from "./post-answer.ts";
import { isPostForm } from "./post-form.ts";
import { verifyPostObject } from "./post-object.ts";
import { type S3Request, parseRequest } from "./request.ts";
import { responseOverrides } from "./response-overrides.ts";
import { type DenialOf, isDeleteObjects, objectRight, rightsOf } from "./rights.ts";
import { S3Error, errorDocument, newRequestId } from "./s3-error.ts";
import { ofAws, refuseBesideS3, routingHeader, send } from "./upstream.ts";

export interface S3ProxyOptions extends Callers {
  /** An S3 that believes whatever it is sent, addressed path-style. */
  readonly upstream: URL;
  /** @default - pages run under their site's own origin alone */
  readonly siteShownAt?: SiteShownAt;
  /** @default - every signer may do everything */
  readonly denial?: DenialOf;
}

/** A server that verifies each request as AWS would, and only then passes it on; the caller listens and closes. */
export function createS3Proxy(callerOptions: S3ProxyOptions): Server {
  const { upstream, siteShownAt } = callerOptions;
  const policies = bucketPolicies();
  const options = {
    ...callerOptions,
    policyAnswer: policies.answer,
    access: access(callerOptions.denial, policies.of),
    inTurn: conditionalWrites(upstream),
    cors: cors(upstream, siteShownAt),
  };
  return createServer((message, response) => {
    response.setHeader("x-amz-request-id", newRequestId());
    response.setHeader("server", "AmazonS3");
    serve(options, message, response).catch((error) => refuse(options, message, response, error));
  });
}

interface ServeOptions extends S3ProxyOptions {
  readonly policyAnswer: ReturnType<typeof bucketPolicies>["answer"];
  readonly access: Access;
  readonly inTurn: ReturnType<typeof conditionalWrites>;
  readonly cors: ReturnType<typeof cors>;
}

async function serve(options: ServeOptions, message: IncomingMessage, response: ServerResponse) {
  const request = parseRequest(message);
  refuseBesideS3(request.path);
  if (request.method === "OPTIONS") return preflight(options, request, response);
  if (isPostForm(request)) return postObject(options, request, message, response);
  const authenticated = await authenticate(request, options);
  const { body, headers } = await verifyPayload(request, await readBody(message), authenticated);
  const may = options.access(request.path, signedByOf(authenticated));
  for (const right of rightsOf(request, headers)) await may.require(right);
  const policy = options.policyAnswer(request, body);
  if (policy !== undefined) return void response.writeHead(policy.status, policy.headers).end(policy.body);
  const routed = new Map([routingHeader(authenticated.signer.credential.text), ...headers]);
  const headersOfSite = options.cors.fromSite(routed);
  const passedOn = { ...request, headers: headersOfSite, body };
  if (isDeleteObjects(request)) return deleteObjects(options.upstream, passedOn, may.denial, response);
  const answer = await options.inTurn(request, passedOn, () => send(options.upstream, passedOn));
  await may.know(request, headers, answer);
  // moto leaves CORS out of its refusals, S3 does not: a page is to see that its condition failed.
  const refused = (answer.statusCode ?? 502) >= 400 ? await options.cors.headersFor(request) : {};
  const toPage = { ...refused, ...options.cors.toPage(request, answer) };
  const changes = { ...responseOverrides(request, answer), ...toPage };
  return relay(answer, response, changes);
}

async function preflight({ cors: rules }: ServeOptions, request: S3Request, response: ServerResponse) {
  const answer = await rules.preflight(request);
  return relay(answer, response, rules.toPage(request, answer));
}

async function postObject(
  options: ServeOptions,
  request: S3Request,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const posted = await verifyPostObject(request, await readBody(message), options);
  await options
    .access(request.path, posted.signedBy)
    .require(objectRight("PutObject", posted.bucket, posted.key));
  const stored = await send(options.upstream, posted.put);
  if (stored.statusCode !== 200) return relay(stored, response);
  stored.resume();
  const origin = `http://${request.headers.get("host")}`;
  const { status, headers, body } = postAnswer(posted, stored.headers.etag ?? "", origin);
  response.writeHead(status, { ...headers, ...(await options.cors.headersFor(request)) }).end(body);
}

async function relay(
  answer: IncomingMessage,
  response: ServerResponse,
  overrides: Record<string, string> = {},
): Promise<void> {
  const received = Object.entries(answer.headersDistinct).map(
    ([name, values = []]) => [name, values.join(", ")] as const,
  );
  const length = answer.headers["content-length"];
  const framing = length === undefined ? {} : { "content-length": length };
  response.writeHead(answer.statusCode ?? 502, { ...ofAws(received), ...framing, ...overrides });
  await pipeline(answer, response);
}

async function refuse(
  { cors: rules }: ServeOptions,
  message: IncomingMessage,
  response: ServerResponse,
  cause: unknown,
): Promise<void> {
  if (response.headersSent || (message.destroyed && !message.complete)) return void response.destroy();
  const error = cause instanceof S3Error ? cause : internalError(cause);
  const readable = await parseAndAskCors(rules, message);
  const requestId = String(response.getHeader("x-amz-request-id"));
  response.writeHead(error.status, { "content-type": "application/xml", ...readable });
  response.end(errorDocument(error, message.url ?? "/", requestId));
}

/** Without it a browser hides the refusal's status and reason from the page. */
async function parseAndAskCors(
  rules: ServeOptions["cors"],
  message: IncomingMessage,
): Promise<Record<string, string>> {
  try {
    return await rules.headersFor(parseRequest(message));
  } catch {
    return {};
  }
}

function internalError(cause: unknown): S3Error {
  console.error(cause);
  return new S3Error(500, "InternalError", "We encountered an internal error. Please try again.");
}
