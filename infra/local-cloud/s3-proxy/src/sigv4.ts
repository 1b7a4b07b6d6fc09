import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { Credential } from "./credential.ts";
import type { S3Request } from "./request.ts";
import { S3Error, accessDenied } from "./s3-error.ts";

export const signingAlgorithm = "AWS4-HMAC-SHA256";

/** What is needed to compute signatures for one credential at one time. */
export interface Signer {
  readonly credential: Credential;
  /** `YYYYMMDDTHHMMSSZ`. */
  readonly amzDate: string;
  readonly key: Buffer;
}

/** What a signature claims, wherever it was found: in the header, in the query. */
export interface SignatureClaim {
  readonly signedHeaders: readonly string[];
  /** The value of `x-amz-content-sha256`. */
  readonly payloadHash: string;
  readonly signature: string;
}

/** The signing key of https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html. */
export function signer(credential: Credential, secret: string, amzDate: string): Signer {
  const { day, region, service } = credential;
  const key = [day, region, service, "aws4_request"].reduce<Buffer | string>(hmac, `AWS4${secret}`);
  return { credential, amzDate, key: Buffer.from(key) };
}

/** Throws 403 unless the request carries the signature that its claim says, over everything that S3 wants signed. */
export function checkRequestSignature(request: S3Request, by: Signer, claim: SignatureClaim): void {
  refuseUnsignedHeaders(request, claim.signedHeaders);
  const canonical = canonicalRequest(request, claim);
  const text = [signingAlgorithm, by.amzDate, by.credential.scope, sha256(canonical)].join("\n");
  checkSignature(by, text, claim.signature, { CanonicalRequest: canonical });
}

/** Throws 403 SignatureDoesNotMatch unless `signature` is that of `text`. */
export function checkSignature(
  by: Signer,
  text: string,
  signature: string,
  details: Record<string, string> = {},
): void {
  const expected = Buffer.from(sign(by, text));
  const provided = Buffer.from(signature);
  if (expected.length === provided.length && timingSafeEqual(expected, provided)) return;
  throw new S3Error(
    403,
    "SignatureDoesNotMatch",
    "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
    {
      AWSAccessKeyId: by.credential.accessKeyId,
      StringToSign: text,
      SignatureProvided: signature,
      ...details,
    },
  );
}

/** Lower-case hex HMAC, as signatures are written. */
export const sign = (by: Signer, text: string) => hmac(by.key, text).toString("hex");

export const sha256 = (data: string | Uint8Array) => createHash("sha256").update(data).digest("hex");

const hmac = (key: Buffer | string, text: string) => createHmac("sha256", key).update(text).digest();

/** `host` and every `x-amz-*` header must be signed, so that the holder of a URL cannot add one. */
function refuseUnsignedHeaders(request: S3Request, signedHeaders: readonly string[]): void {
  const needed = [...request.headers.keys()].filter((name) => name === "host" || name.startsWith("x-amz-"));
  const unsigned = needed.filter((name) => !signedHeaders.includes(name));
  if (unsigned.length === 0) return;
  throw accessDenied("There were headers present in the request which were not signed", {
    HeadersNotSigned: unsigned.join(", "),
  });
}

function canonicalRequest(request: S3Request, { signedHeaders, payloadHash }: SignatureClaim): string {
  const headers = signedHeaders.map((name) => `${name}:${collapse(request.headers.get(name) ?? "")}\n`);
  return [
    request.method,
    request.path.split("/").map(encode).join("/"),
    canonicalQuery(request),
    headers.join(""),
    signedHeaders.join(";"),
    payloadHash,
  ].join("\n");
}

function canonicalQuery({ query }: S3Request): string {
  return query
    .filter(([name]) => name.toLowerCase() !== "x-amz-signature")
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(([a, x], [b, y]) => compare(a, b) || compare(x, y))
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

const collapse = (value: string) => value.trim().replace(/\s+/g, " ");

/** RFC 3986: only letters, digits and `-._~` stay, which is stricter than encodeURIComponent. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
