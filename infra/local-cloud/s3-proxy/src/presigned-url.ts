import type { Authenticated, Callers } from "./caller.ts";
import { maxSkewMs, knownSecret, parseAmzDate, parseCredential } from "./credential.ts";
import { type S3Request, parameter } from "./request.ts";
import { S3Error, accessDenied } from "./s3-error.ts";
import { signingAlgorithm, checkRequestSignature, signer } from "./sigv4.ts";

const maxExpiresS = 7 * 24 * 60 * 60;

/** Verifies https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html; throws the refusal. */
export async function presignedUrl(request: S3Request, { secretFor, now }: Callers): Promise<Authenticated> {
  const algorithm = required(request, "X-Amz-Algorithm");
  const amzDate = required(request, "X-Amz-Date");
  const credential = parseCredential(required(request, "X-Amz-Credential"), amzDate);
  const signedHeaders = required(request, "X-Amz-SignedHeaders").split(";");
  const signature = required(request, "X-Amz-Signature");
  if (algorithm !== signingAlgorithm) throw malformed(`X-Amz-Algorithm only supports "${signingAlgorithm}"`);
  if (!credential) throw malformed("Error parsing the X-Amz-Credential parameter.");
  refuseOutsideItsTime(amzDate, required(request, "X-Amz-Expires"), now());

  const token = parameter(request, "X-Amz-Security-Token") ?? request.headers.get("x-amz-security-token");
  const secret = await knownSecret(secretFor, credential.accessKeyId, token);
  const by = signer(credential, secret, amzDate);
  const payloadHash = signedPayloadHash(request);
  checkRequestSignature(request, by, { signedHeaders, payloadHash, signature });
  return { signer: by, signature, payloadHash, sessionToken: token };
}

/** The signer of a URL rarely knows the body, so it is unsigned unless the request says otherwise. */
function signedPayloadHash(request: S3Request): string {
  const name = "x-amz-content-sha256";
  return request.headers.get(name) ?? parameter(request, name) ?? "UNSIGNED-PAYLOAD";
}

function refuseOutsideItsTime(amzDate: string, expires: string, now: Date): void {
  const at = parseAmzDate(amzDate);
  if (at === undefined) {
    throw malformed("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"");
  }
  const seconds = parseExpires(expires);
  if (now.getTime() < at - maxSkewMs) throw accessDenied("Request is not valid yet");
  const end = at + seconds * 1000;
  if (now.getTime() > end) {
    throw accessDenied("Request has expired", {
      "X-Amz-Expires": expires,
      Expires: new Date(end).toISOString(),
      ServerTime: now.toISOString(),
    });
  }
}

function parseExpires(text: string): number {
  if (!/^-?\d+$/.test(text)) throw malformed("X-Amz-Expires should be a number");
  const seconds = Number(text);
  if (seconds < 1) throw malformed("X-Amz-Expires must be at least 1");
  if (seconds > maxExpiresS) {
    throw malformed(`X-Amz-Expires must be less than a week (in seconds); that is ${maxExpiresS}`);
  }
  return seconds;
}

function required(request: S3Request, name: string): string {
  const value = parameter(request, name);
  if (value !== undefined && value !== "") return value;
  throw malformed(
    "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.",
  );
}

const malformed = (message: string) => new S3Error(400, "AuthorizationQueryParametersError", message);
