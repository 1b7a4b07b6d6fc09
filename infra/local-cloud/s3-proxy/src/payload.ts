import type { Authenticated } from "./caller.ts";
import { type Unchunked, decodeAwsChunked } from "./aws-chunked.ts";
import { checkChecksums } from "./checksums.ts";
import { type S3Request, parameter } from "./request.ts";
import { S3Error } from "./s3-error.ts";
import { sha256 } from "./sigv4.ts";

/** A body that is what its request says, and the headers that go on with it. */
export interface Payload {
  readonly body: Buffer;
  readonly headers: ReadonlyMap<string, string>;
}

/** Takes aws-chunked framing off, then verifies hash, length and checksums; throws the refusal. */
export async function verifyPayload(
  request: S3Request,
  received: Buffer,
  authenticated: Authenticated,
): Promise<Payload> {
  const sent = withHoisted(request);
  const { body, trailers } = unwrap(received, authenticated);
  const chunked = authenticated.payloadHash.startsWith("STREAMING-");
  if (chunked) checkFraming(sent, body, trailers);
  const all = new Map([...sent, ...trailers]);
  if (!concernsWholeObject(request)) await checkChecksums(all, body);
  return { body, headers: chunked ? withoutFraming(all) : all };
}

/** S3 takes `x-amz-*` also from the query; signers of URLs move ("hoist") them there. */
function withHoisted(request: S3Request): Map<string, string> {
  const hoisted = request.query
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(([name]) => name.startsWith("x-amz-") && !signingParameters.has(name));
  return new Map([...hoisted, ...request.headers]);
}

const signingParameters = new Set(
  ["algorithm", "credential", "date", "expires", "signedheaders", "signature", "security-token"].map(
    (name) => `x-amz-${name}`,
  ),
);

function unwrap(received: Buffer, { payloadHash, signer, signature }: Authenticated): Unchunked {
  switch (payloadHash) {
    case "UNSIGNED-PAYLOAD":
      return { body: received, trailers: new Map() };
    case "STREAMING-UNSIGNED-PAYLOAD-TRAILER":
      return decodeAwsChunked(received);
    case "STREAMING-AWS4-HMAC-SHA256-PAYLOAD":
    case "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER":
      return decodeAwsChunked(received, { signer, seed: signature });
    default:
      checkHash(received, payloadHash);
      return { body: received, trailers: new Map() };
  }
}

function checkHash(body: Buffer, payloadHash: string): void {
  if (!/^[0-9a-f]{64}$/.test(payloadHash)) {
    throw new S3Error(
      400,
      "InvalidArgument",
      "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value.",
    );
  }
  const computed = sha256(body);
  if (computed === payloadHash) return;
  throw new S3Error(
    400,
    "XAmzContentSHA256Mismatch",
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
    { ClientComputedContentSHA256: payloadHash, S3ComputedContentSHA256: computed },
  );
}

function checkFraming(
  headers: ReadonlyMap<string, string>,
  body: Buffer,
  trailers: ReadonlyMap<string, string>,
): void {
  const length = headers.get("x-amz-decoded-content-length");
  if (length === undefined) {
    throw new S3Error(411, "MissingContentLength", "You must provide the Content-Length HTTP header.");
  }
  if (Number(length) !== body.length) {
    throw new S3Error(
      400,
      "IncompleteBody",
      "You did not provide the number of bytes specified by the x-amz-decoded-content-length HTTP header",
    );
  }
  const announced =
    headers
      .get("x-amz-trailer")
      ?.toLowerCase()
      .split(/\s*,\s*/) ?? [];
  if (announced.sort().join() !== [...trailers.keys()].sort().join()) {
    throw new S3Error(
      400,
      "MalformedTrailerError",
      "The request contained trailing data that was not well-formed or did not conform to our published schema.",
    );
  }
}

/** CompleteMultipartUpload names the checksum of the object, not of its own XML. */
const concernsWholeObject = (request: S3Request) =>
  request.method === "POST" && parameter(request, "uploadId") !== undefined;

function withoutFraming(headers: ReadonlyMap<string, string>): Map<string, string> {
  const plain = new Map(headers);
  for (const name of ["x-amz-decoded-content-length", "x-amz-trailer", "content-encoding"])
    plain.delete(name);
  const encodings = headers.get("content-encoding")?.split(/\s*,\s*/) ?? [];
  const kept = encodings.filter((encoding) => encoding !== "aws-chunked");
  if (kept.length > 0) plain.set("content-encoding", kept.join(","));
  return plain.set("x-amz-content-sha256", "UNSIGNED-PAYLOAD");
}
