import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import type { Behaviour } from "./distribution.ts";
import type { StoredAnswer } from "./edge-cache.ts";

/** https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/ServingCompressedFiles.html */
const types =
  /^(text\/.*|application\/(javascript|x-javascript|json|xml|xhtml\+xml|rss\+xml|wasm|manifest\+json|problem\+json|vnd\.ms-fontobject|x-font-.*)|font\/(otf|ttf|opentype|eot)|image\/svg\+xml)$/;
const minBytes = 1000;
const maxBytes = 10_000_000;

/** What the viewer takes of what the policy offers: the better one. */
export function encodingOf(
  { cache, compress }: Behaviour,
  accepted: string | undefined,
): "br" | "gzip" | undefined {
  const takes = (name: string) =>
    new RegExp(`(^|[,\\s])${name}($|[,;\\s])(?!q=0(?:$|[,\\s]))`).test(accepted ?? "");
  if (!compress) return undefined;
  if (cache.brotli && takes("br")) return "br";
  return cache.gzip && takes("gzip") ? "gzip" : undefined;
}

/** The answer compressed, if it is of a kind and size that CloudFront compresses; a strong tag becomes a weak one. */
export function compressed(answer: StoredAnswer, encoding: "br" | "gzip" | undefined): StoredAnswer {
  const { status, headers, body } = answer;
  const type = String(headers["content-type"] ?? "")
    .split(";")[0]!
    .trim();
  const isFit = body.length >= minBytes && body.length <= maxBytes && types.test(type);
  if (encoding === undefined || !isFit || headers["content-encoding"] !== undefined) return answer;
  if (![200, 403, 404].includes(status)) return answer;
  const params = { [constants.BROTLI_PARAM_QUALITY]: 5 };
  const etag = headers["etag"];
  return {
    status,
    headers: {
      ...headers,
      "content-encoding": encoding,
      vary: "Accept-Encoding",
      ...(typeof etag === "string" && { etag: etag.startsWith("W/") ? etag : `W/${etag}` }),
    },
    body: encoding === "br" ? brotliCompressSync(body, { params }) : gzipSync(body),
  };
}
