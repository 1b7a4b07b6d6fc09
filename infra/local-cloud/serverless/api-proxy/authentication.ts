import type { Credentials } from "../../emulator/credentials.ts";
import { authorizationHeader } from "../../s3-proxy/src/authorization-header.ts";
import type { S3Request } from "../../s3-proxy/src/request.ts";
import { S3Error } from "../../s3-proxy/src/s3-error.ts";
import { sha256 } from "../../s3-proxy/src/sigv4.ts";
import type { Caller } from "./call.ts";

export interface Authentication {
  readonly caller: Caller;
  readonly service: string;
  readonly region: string;
}

/**
 * Verifies the `Authorization` header as all services but S3 do; throws S3's refusal. Unlike S3 they sign the path
 * encoded a second time, and the body always: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export async function authenticate(
  request: S3Request & { readonly rawPath: string; readonly body: Buffer },
  header: string,
  { secretFor, roleOf }: Credentials,
  now: () => Date,
): Promise<Authentication> {
  const asSigned = { ...request, path: request.rawPath };
  const { signer } = await authorizationHeader(asSigned, header, { secretFor, now }, rules(request.body));
  const { service, region } = signer.credential;
  return { caller: { role: roleOf(request.headers.get("x-amz-security-token")) }, service, region };
}

const rules = (body: Buffer) => ({
  isService: (service: string) => service !== "s3",
  payloadHash({ headers }: S3Request) {
    const computed = sha256(body);
    if ((headers.get("x-amz-content-sha256") ?? computed) === computed) return computed;
    throw new S3Error(400, "SignatureDoesNotMatch", "x-amz-content-sha256 is not the hash of the body.");
  },
});
