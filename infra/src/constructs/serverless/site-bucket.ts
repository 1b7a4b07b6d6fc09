import { S3BucketLifecycleConfiguration } from "@cdktf/provider-aws/lib/s3-bucket-lifecycle-configuration/index.js";
import { S3BucketPolicy } from "@cdktf/provider-aws/lib/s3-bucket-policy/index.js";
import { S3BucketVersioningA } from "@cdktf/provider-aws/lib/s3-bucket-versioning/index.js";
import { Construct } from "constructs";
import { policyDocument } from "../policy-document.ts";
import { oldVersions, type PrivateBucket, privateBucket, tlsOnly } from "../private-bucket.ts";

export interface SiteBucketProps {
  readonly name: string;
}

/** The site's files, which one distribution reads and no one else. */
export class SiteBucket extends Construct {
  private readonly own: PrivateBucket;

  constructor(scope: Construct, id: string, { name }: SiteBucketProps) {
    super(scope, id);
    this.own = privateBucket(this, `tintype-${name}-site-`);
    const bucket = this.own.bucket.id;
    const versioning = new S3BucketVersioningA(this, "versioning", {
      bucket,
      versioningConfiguration: { status: "Enabled" },
    });
    new S3BucketLifecycleConfiguration(this, "lifecycle", {
      bucket,
      dependsOn: [versioning],
      rule: [oldVersions],
    });
  }

  get name(): string {
    return this.own.bucket.bucket;
  }

  get hostName(): string {
    return this.own.bucket.bucketRegionalDomainName;
  }

  /**
   * Lets that one distribution read: the principal alone is CloudFront in any account. By ListBucket a missing file is 404
   * and not 403; CloudFront sends no query with which it could list.
   */
  openTo(distributionArn: string): void {
    const { bucket, block } = this.own;
    new S3BucketPolicy(this, "policy", {
      bucket: bucket.id,
      policy: policyDocument(tlsOnly(bucket.arn), {
        Sid: "Distribution",
        Effect: "Allow",
        Principal: { Service: "cloudfront.amazonaws.com" },
        Action: ["s3:GetObject", "s3:ListBucket"],
        Resource: [bucket.arn, `${bucket.arn}/*`],
        Condition: { StringEquals: { "AWS:SourceArn": distributionArn } },
      }),
      dependsOn: [block],
    });
  }
}
