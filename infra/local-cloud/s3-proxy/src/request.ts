import type { IncomingMessage } from "node:http";
import { S3Error } from "./s3-error.ts";

/** A request as received: what was signed is judged on this, before anything rewrites it. */
export interface S3Request {
  readonly method: string;
  /** Path and query, percent-encoded as on the wire. */
  readonly target: string;
  /** Decoded once and not normalised: in S3, `a//b` and `a/../b` are keys of their own. */
  readonly path: string;
  /** Decoded, in the order received. */
  readonly query: readonly (readonly [name: string, value: string])[];
  /** Lower-case names; the values of a repeated header are joined by commas. */
  readonly headers: ReadonlyMap<string, string>;
}

/** Reads method, target and headers; 400 InvalidURI for what is no path, or has escapes that do not decode. */
export function parseRequest(message: IncomingMessage): S3Request {
  const target = message.url ?? "/";
  // The absolute form, which proxies are sent, would be a path of its own here and another one behind the proxy.
  if (!target.startsWith("/")) throw invalidUri();
  const [rawPath = "/", ...rest] = target.split("?");
  return {
    method: message.method ?? "GET",
    target,
    path: decode(rawPath),
    query: parseQuery(rest.join("?")),
    headers: new Map(
      Object.entries(message.headersDistinct).map(([name, values = []]) => [name, values.join(",")]),
    ),
  };
}

/** The first value of a query parameter, its name compared without case. */
export function parameter(request: S3Request, name: string): string | undefined {
  return request.query.find(([candidate]) => candidate.toLowerCase() === name.toLowerCase())?.[1];
}

function parseQuery(raw: string): [string, string][] {
  return raw
    .split("&")
    .filter((pair) => pair !== "")
    .map((pair) => {
      const [name = "", ...value] = pair.split("=");
      return [decodeParameter(name), decodeParameter(value.join("="))];
    });
}

const decodeParameter = (text: string) => decode(text.replaceAll("+", " "));

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    if (cause instanceof URIError) throw invalidUri();
    throw cause;
  }
}

const invalidUri = () => new S3Error(400, "InvalidURI", "Couldn't parse the specified URI.");
