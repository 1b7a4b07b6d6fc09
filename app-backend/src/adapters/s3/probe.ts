import { HeadBucketCommand, type S3Client } from "@aws-sdk/client-s3";

/** Resolves if the bucket exists and may be listed. */
export async function probeBucket(client: S3Client, bucket: string): Promise<void> {
  await client.send(new HeadBucketCommand({ Bucket: bucket }));
}
