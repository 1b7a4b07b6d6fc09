import {
  GetBucketEncryptionCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutPublicAccessBlockCommand,
  type S3Client,
} from "@aws-sdk/client-s3";

const privately = {
  BlockPublicAcls: true,
  BlockPublicPolicy: true,
  IgnorePublicAcls: true,
  RestrictPublicBuckets: true,
};

/** Makes a bucket versioned, encrypted, private and deaf to plain HTTP; old versions go after 90 days. */
export async function makeSafe(client: S3Client, Bucket: string): Promise<void> {
  const byDefault = { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" as const } };
  const rule = {
    ID: "old-versions",
    Status: "Enabled" as const,
    Filter: { Prefix: "" },
    NoncurrentVersionExpiration: { NoncurrentDays: 90 },
    AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
  };
  const owner = { Rules: [{ ObjectOwnership: "BucketOwnerEnforced" as const }] };
  for (const put of [
    new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration: privately }),
    new PutBucketOwnershipControlsCommand({ Bucket, OwnershipControls: owner }),
    new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration: { Rules: [byDefault] } }),
    new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }),
    new PutBucketPolicyCommand({ Bucket, Policy: tlsOnly(Bucket) }),
    new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules: [rule] } }),
  ]) {
    await client.send(put as PutPublicAccessBlockCommand); // which of them it is does not matter
  }
}

function tlsOnly(bucket: string): string {
  const arn = `arn:aws:s3:::${bucket}`;
  const Condition = { Bool: { "aws:SecureTransport": "false" } };
  const deny = { Sid: "TlsOnly", Effect: "Deny", Principal: "*", Action: "s3:*" };
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ ...deny, Resource: [arn, `${arn}/*`], Condition }],
  });
}

/** What a bucket lacks of what a state needs. */
export async function faultsOf(client: S3Client, Bucket: string): Promise<string[]> {
  const checks: Record<string, () => Promise<boolean>> = {
    "it keeps no versions": async () =>
      (await client.send(new GetBucketVersioningCommand({ Bucket }))).Status === "Enabled",
    "it is not encrypted": async () => {
      const { ServerSideEncryptionConfiguration: found } = await client.send(
        new GetBucketEncryptionCommand({ Bucket }),
      );
      return (found?.Rules ?? []).length > 0;
    },
    "it does not block public access in all four ways": async () => {
      const { PublicAccessBlockConfiguration: found } = await client.send(
        new GetPublicAccessBlockCommand({ Bucket }),
      );
      return Object.keys(privately).every((way) => found?.[way as keyof typeof privately] === true);
    },
    "its objects can have ACLs and other owners": async () => {
      const { OwnershipControls } = await client.send(new GetBucketOwnershipControlsCommand({ Bucket }));
      return OwnershipControls?.Rules?.[0]?.ObjectOwnership === "BucketOwnerEnforced";
    },
    "it answers plain HTTP": async () => {
      const { Policy = "" } = await client.send(new GetBucketPolicyCommand({ Bucket }));
      return /"aws:SecureTransport" *: *"?false/.test(Policy) && /"Deny"/.test(Policy);
    },
  };
  const held = await Promise.all(Object.values(checks).map((check) => check().catch(unset)));
  return Object.keys(checks).filter((_, index) => held[index] === false);
}

const names = [
  ...["ServerSideEncryptionConfigurationNotFoundError", "NoSuchPublicAccessBlockConfiguration"],
  ...["OwnershipControlsNotFoundError", "NoSuchBucketPolicy"],
];

function unset(error: unknown): false {
  if (names.includes((error as Error).name)) return false;
  throw error;
}
