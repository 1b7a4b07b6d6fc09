import type { IncomingMessage } from "node:http";
import type { S3Request } from "./request.ts";
import { send } from "./upstream.ts";

/** The origin of the site whose pages run under this other one; undefined where that is no site's. */
export type SiteShownAt = (origin: string) => string | undefined;

type Headers = ReadonlyMap<string, string>;

const allowOrigin = "access-control-allow-origin";
const answered = [allowOrigin, "access-control-expose-headers"];

/**
 * What a bucket's CORS rules say to a page. They name the site by its own origin; a page of a site that is shown under
 * another one is asked for as the site's own, and answered as itself. Every other origin stays what it is.
 */
export function cors(upstream: URL, siteShownAt: SiteShownAt = () => undefined) {
  /** The headers as the site's own page would send them. */
  function fromSite(headers: Headers): Headers {
    const site = siteOf(headers);
    return site === undefined ? headers : new Map([...headers, ["origin", site]]);
  }

  /** What an answer to such headers has to say instead for the page that asked. */
  function toPage({ headers }: S3Request, answer: IncomingMessage): Record<string, string> {
    const site = siteOf(headers);
    const isAllowed = site !== undefined && answer.headers[allowOrigin] === site;
    return isAllowed ? { [allowOrigin]: headers.get("origin")! } : {};
  }

  function siteOf(headers: Headers): string | undefined {
    const origin = headers.get("origin");
    return origin === undefined ? undefined : siteShownAt(origin);
  }

  /** Browsers send it without a signature. Headers beside these could make moto take it for another service's. */
  function preflight({ target, headers }: S3Request): Promise<IncomingMessage> {
    const asked = [...headers].filter(([name]) => /^(origin|access-control-request-.+)$/.test(name));
    return ask(target, new Map(asked));
  }

  /** The headers that let a page of another origin read an answer that does not come from the bucket. */
  async function headersFor(request: S3Request): Promise<Record<string, string>> {
    const origin = request.headers.get("origin");
    if (origin === undefined) return {};
    const asked = [
      ["origin", origin],
      ["access-control-request-method", request.method],
    ] as const;
    const answer = await ask(request.target, new Map(asked));
    answer.resume();
    const found = answered.flatMap((name) => {
      const value = answer.headers[name];
      return typeof value === "string" ? [[name, value]] : [];
    });
    return { ...Object.fromEntries(found), ...toPage(request, answer) };
  }

  function ask(target: string, headers: Headers): Promise<IncomingMessage> {
    return send(upstream, { method: "OPTIONS", target, headers: fromSite(headers), body: Buffer.alloc(0) });
  }

  return { fromSite, toPage, preflight, headersFor };
}
