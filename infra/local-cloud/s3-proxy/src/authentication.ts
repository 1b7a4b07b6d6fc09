import { authorizationHeader } from "./authorization-header.ts";
import type { Authenticated, Callers } from "./caller.ts";
import { presignedUrl } from "./presigned-url.ts";
import { type S3Request, parameter } from "./request.ts";
import { S3Error, accessDenied } from "./s3-error.ts";

/**
 * Finds and verifies the signature of a request, as
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html describes; throws the refusal.
 * Every bucket of Tintype is private, so a request without a signature is denied.
 */
export async function authenticate(request: S3Request, callers: Callers): Promise<Authenticated> {
  const header = request.headers.get("authorization");
  const presigned = parameter(request, "X-Amz-Algorithm") ?? parameter(request, "X-Amz-Signature");
  if (header !== undefined && presigned !== undefined) {
    throw new S3Error(
      400,
      "InvalidArgument",
      "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified",
    );
  }
  if (header !== undefined) return authorizationHeader(request, header, callers);
  if (presigned !== undefined) return presignedUrl(request, callers);
  throw accessDenied();
}
