import { S3BucketCorsConfiguration } from "@cdktf/provider-aws/lib/s3-bucket-cors-configuration/index.js";
import { S3BucketLifecycleConfiguration } from "@cdktf/provider-aws/lib/s3-bucket-lifecycle-configuration/index.js";
import { S3BucketPolicy } from "@cdktf/provider-aws/lib/s3-bucket-policy/index.js";
import { S3BucketVersioningA } from "@cdktf/provider-aws/lib/s3-bucket-versioning/index.js";
import type { S3Bucket } from "@cdktf/provider-aws/lib/s3-bucket/index.js";
import { Construct } from "constructs";
import { policyDocument } from "./policy-document.ts";
import { oldVersionDays, privateBucket, tlsOnly, unfinishedUploads } from "./private-bucket.ts";

export interface ImageBucketProps {
  readonly name: string;
  /** The only origin whose pages may talk to the bucket. */
  readonly siteOrigin: string;
}

/** A private bucket: everything in it is reached by presigned URL or through the backend's role. */
export class ImageBucket extends Construct {
  private readonly bucket: S3Bucket;

  constructor(scope: Construct, id: string, props: ImageBucketProps) {
    super(scope, id);
    const { bucket: s3, block } = privateBucket(this, `tintype-${props.name}-`);
    this.bucket = s3;
    const bucket = s3.id;

    new S3BucketPolicy(this, "policy", {
      bucket,
      policy: policyDocument(tlsOnly(this.arn)),
      dependsOn: [block],
    });
    new S3BucketCorsConfiguration(this, "cors", {
      bucket,
      corsRule: [
        {
          allowedOrigins: [props.siteOrigin],
          allowedMethods: ["GET", "HEAD", "PUT", "POST"], // POST: pages of the release before send forms
          allowedHeaders: ["*"],
          maxAgeSeconds: 3600,
        },
      ],
    });
    this.expireLeftovers(bucket);
  }

  get name(): string {
    return this.bucket.bucket;
  }

  get arn(): string {
    return this.bucket.arn;
  }

  /** The origin of its presigned URLs. */
  get origin(): string {
    return `https://${this.bucket.bucketRegionalDomainName}`;
  }

  /** What a killed upload or a removed account left is gone by itself, and so are old backups. */
  private expireLeftovers(bucket: string): void {
    const versioning = new S3BucketVersioningA(this, "versioning", {
      bucket,
      versioningConfiguration: { status: "Enabled" },
    });
    new S3BucketLifecycleConfiguration(this, "lifecycle", {
      bucket,
      dependsOn: [versioning],
      rule: [
        {
          id: "incoming",
          status: "Enabled",
          filter: [{ prefix: "incoming/" }],
          expiration: [{ days: 1 }],
          // What an upload was before it was closed; no quota holds it.
          noncurrentVersionExpiration: [{ noncurrentDays: 1 }],
        },
        {
          id: "backups",
          status: "Enabled",
          filter: [{ prefix: "backups/" }],
          expiration: [{ days: 30 }],
          noncurrentVersionExpiration: [{ noncurrentDays: oldVersionDays }],
        },
        ...Object.entries(oldVersionDaysOf).map(([prefix, noncurrentDays]) => ({
          id: `old-${prefix}`,
          status: "Enabled",
          filter: [{ prefix: `${prefix}/` }],
          noncurrentVersionExpiration: [{ noncurrentDays }],
        })),
        unfinishedUploads,
      ],
    });
  }
}

/** By prefix: of rules that overlap S3 takes the shorter one. Notes outlive the backups that name them. */
const oldVersionDaysOf = {
  images: oldVersionDays,
  media: oldVersionDays,
  notes: 36,
  pictures: oldVersionDays,
};
