import type { IncomingMessage } from "node:http";
import type { Authenticated } from "./caller.ts";
import type { S3Request } from "./request.ts";
import { type DenialOf, type S3Right, type SignedBy, listRight, placeOf } from "./rights.ts";
import { accessDenied } from "./s3-error.ts";

export type Access = ReturnType<typeof access>;

export const signedByOf = ({ signer, sessionToken }: Authenticated): SignedBy => ({
  accessKeyId: signer.credential.accessKeyId,
  sessionToken,
});

/** What the signer of a request for a path may do there. Without `denialOf` it may do everything. */
export function access(denialOf: DenialOf | undefined, policyOf: (bucket: string) => string | undefined) {
  return function of(path: string, by: SignedBy) {
    const { bucket, key } = placeOf(path);
    const denial = async (right: S3Right) => denialOf?.(by, right, policyOf(bucket));

    async function require(right: S3Right): Promise<void> {
      const denied = await denial(right);
      if (denied !== undefined) throw accessDenied(denied);
    }

    /**
     * Throws 403 in place of the 404 for an object, if the caller may not know that there is none:
     * https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
     */
    async function know(
      { method }: S3Request,
      headers: ReadonlyMap<string, string>,
      answer: IncomingMessage,
    ): Promise<void> {
      const reads = method === "GET" || method === "HEAD" || headers.has("x-amz-copy-source");
      if (answer.statusCode !== 404 || key === "" || !reads) return;
      const denied = await denial(listRight(bucket));
      if (denied === undefined) return;
      answer.resume();
      throw accessDenied(denied);
    }

    return { denial, require, know };
  };
}
