import { S3BucketOwnershipControls } from "@cdktf/provider-aws/lib/s3-bucket-ownership-controls/index.js";
import { S3BucketPublicAccessBlock } from "@cdktf/provider-aws/lib/s3-bucket-public-access-block/index.js";
import { S3BucketServerSideEncryptionConfigurationA } from "@cdktf/provider-aws/lib/s3-bucket-server-side-encryption-configuration/index.js";
import { S3Bucket } from "@cdktf/provider-aws/lib/s3-bucket/index.js";
import type { Construct } from "constructs";

export interface PrivateBucket {
  readonly bucket: S3Bucket;
  /** A policy must wait for it: a policy that is put at the same moment fails. */
  readonly block: S3BucketPublicAccessBlock;
}

/** An encrypted bucket without public access and ACLs, which `make destroy` empties. */
export function privateBucket(scope: Construct, bucketPrefix: string): PrivateBucket {
  const s3 = new S3Bucket(scope, "bucket", {
    bucketPrefix,
    forceDestroy: true, // `make destroy` leaves nothing behind, versions included
  });
  const bucket = s3.id;
  const block = new S3BucketPublicAccessBlock(scope, "public-access-block", {
    bucket,
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
  });
  new S3BucketOwnershipControls(scope, "ownership", {
    bucket,
    rule: { objectOwnership: "BucketOwnerEnforced" },
  });
  new S3BucketServerSideEncryptionConfigurationA(scope, "encryption", {
    bucket,
    rule: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }],
  });
  return { bucket: s3, block };
}

/** How long what was replaced or removed stays, in days. */
export const oldVersionDays = 7;

/** The lifecycle rule by which half an upload stays for a day. */
export const unfinishedUploads = {
  id: "unfinished-uploads",
  status: "Enabled",
  filter: [{ prefix: "" }],
  abortIncompleteMultipartUpload: [{ daysAfterInitiation: 1 }],
};

/** The lifecycle rule of a bucket with versions, of which all have the same life. */
export const oldVersions = {
  ...unfinishedUploads,
  id: "old-versions",
  noncurrentVersionExpiration: [{ noncurrentDays: oldVersionDays }],
};

/** The statement of a bucket's policy that refuses plain HTTP. */
export const tlsOnly = (bucketArn: string) => ({
  Sid: "TlsOnly",
  Effect: "Deny",
  Principal: "*",
  Action: "s3:*",
  Resource: [bucketArn, `${bucketArn}/*`],
  Condition: { Bool: { "aws:SecureTransport": "false" } },
});
