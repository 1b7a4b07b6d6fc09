import type { IncomingMessage } from "node:http";
import type { Behaviour, Distribution, Forwarded } from "./distribution.ts";
import { selects } from "./distribution.ts";
import {
  isDisallowed,
  pairsOf,
  runViewerFunction,
  type FunctionRequest,
  type FunctionResponse,
  valuesOf,
} from "./viewer-function.ts";

/** A request as the cache and the origin see it, after the viewer-request function. */
export interface ViewerRequest {
  readonly method: string;
  /** As written, without the query. */
  readonly uri: string;
  readonly queries: readonly (readonly [string, string])[];
  /** Lower-case names, repeated ones joined by commas, without `cookie`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: readonly (readonly [string, string])[];
  readonly viewerAddress: string;
}

/** https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html */
const maxUrlBytes = 8192;
const maxRequestBytes = 20_480;

/** True for what CloudFront answers with 413 and a closed connection. */
export function isTooLarge({ method = "", url = "", rawHeaders }: IncomingMessage): boolean {
  const bytes = rawHeaders.reduce((sum, text) => sum + text.length + 2, method.length + url.length + 12);
  return url.length > maxUrlBytes || bytes > maxRequestBytes;
}

export function viewerRequest(message: IncomingMessage): ViewerRequest {
  const { method = "GET", url = "/", headersDistinct, socket } = message;
  const [uri = "/", ...query] = url.split("?");
  const { cookie = [], ...others } = headersDistinct;
  return {
    method,
    uri,
    queries: pairs(query.join("?"), "&"),
    headers: Object.fromEntries(
      Object.entries(others).map(([name, values = []]) => [name, values.join(",")]),
    ),
    cookies: cookie.flatMap((one) => pairs(one, /; */)),
    viewerAddress: (socket.remoteAddress ?? "").replace(/^::ffff:/, ""),
  };
}

const pairs = (text: string, separator: string | RegExp) =>
  text
    .split(separator)
    .filter((pair) => pair !== "")
    .map((pair): [string, string] => {
      const [name = "", ...value] = pair.split("=");
      return [name, value.join("=")];
    });

/** The query as written, with its `?`; empty if there is none. */
export const queryOf = (queries: ViewerRequest["queries"]) =>
  queries.length === 0
    ? ""
    : `?${queries.map(([name, value]) => (value === "" ? name : `${name}=${value}`)).join("&")}`;

/** The part of a request that a policy selects. */
export function selected(request: ViewerRequest, { headers, cookies, queries }: Forwarded) {
  return {
    headers: Object.fromEntries(Object.entries(request.headers).filter(([name]) => selects(headers, name))),
    cookies: request.cookies.filter(([name]) => selects(cookies, name)),
    queries: request.queries.filter(([name]) => selects(queries, name)),
  };
}

export interface AfterFunctionProps {
  readonly request: ViewerRequest;
  readonly behaviour: Behaviour;
  readonly distribution: Distribution;
  readonly requestId: string;
  readonly keyValue: (functionName: string, key: string) => Promise<string | undefined>;
}

/** The request after the behaviour's function, or the response that the function gives in its place. */
export async function afterFunction(props: AfterFunctionProps): Promise<ViewerRequest | FunctionResponse> {
  const { request, behaviour, distribution, requestId, keyValue } = props;
  const { viewerRequest: viewerFunction } = behaviour;
  if (viewerFunction === undefined) return request;
  const headers = Object.entries(request.headers);
  const sent: FunctionRequest = {
    method: request.method,
    uri: request.uri,
    querystring: valuesOf(request.queries),
    headers: valuesOf(headers.filter(([name]) => !isDisallowed(name))),
    cookies: valuesOf(request.cookies),
  };
  const { id: distributionId, domainName: distributionDomainName } = distribution;
  const context = { distributionDomainName, distributionId, eventType: "viewer-request", requestId };
  const event = { version: "1.0", context, viewer: { ip: request.viewerAddress }, request: sent };
  const result = await runViewerFunction({ viewerFunction, event, keyValue });
  if ("statusCode" in result) return result;
  return {
    ...request,
    uri: result.uri,
    queries: pairsOf(result.querystring),
    headers: Object.fromEntries([
      ...headers.filter(([name]) => isDisallowed(name)),
      ...pairsOf(result.headers).map(([name, value]) => [name.toLowerCase(), value]),
    ]),
    cookies: pairsOf(result.cookies),
  };
}
