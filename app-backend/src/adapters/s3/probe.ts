import { HeadBucketCommand, type S3Client } from "@aws-sdk/client-s3";

/** Resolves when the bucket is there and we may look into it. */
export async function probeBucket(client: S3Client, bucket: string): Promise<void> {
  await client.send(new HeadBucketCommand({ Bucket: bucket }));
}
