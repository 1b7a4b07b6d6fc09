import { type S3Request, parameter } from "./request.ts";
import { S3Error } from "./s3-error.ts";

export interface PolicyAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Keeps the buckets' policies here, and evaluates none: that is for who is asked about rights. moto applies a statement as if it had no condition:
 * a policy that denies requests without TLS would deny every request.
 */
export function bucketPolicies() {
  const policies = new Map<string, string>();

  /** The answer to a request for a bucket's policy; undefined for every other request. */
  function answer(request: S3Request, body: Buffer): PolicyAnswer | undefined {
    if (parameter(request, "policy") === undefined) return undefined;
    const bucket = request.path.split("/")[1] ?? "";
    if (request.method === "PUT") policies.set(bucket, checked(body.toString("utf8")));
    if (request.method === "DELETE") policies.delete(bucket);
    if (request.method !== "GET") return { status: 204, headers: {}, body: "" };
    const policy = policies.get(bucket);
    if (policy === undefined) {
      throw new S3Error(404, "NoSuchBucketPolicy", "The bucket policy does not exist", {
        BucketName: bucket,
      });
    }
    return { status: 200, headers: { "content-type": "application/json" }, body: policy };
  }

  return { answer, of: (bucket: string) => policies.get(bucket) };
}

function checked(policy: string): string {
  try {
    JSON.parse(policy);
    return policy;
  } catch {
    throw new S3Error(400, "MalformedPolicy", "Policies must be valid JSON and the first byte must be '{'");
  }
}
