import {
  AbortMultipartUploadCommand,
  DeleteObjectsCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  type ObjectIdentifier,
  S3Client,
} from "@aws-sdk/client-s3";
import { sdkClient } from "./sdk-client.ts";

/** Removes every version, delete marker and unfinished upload; a bucket that is already gone is empty too. */
export async function emptyBucket(
  bucket: string,
  region: string,
  access: Record<string, string>,
): Promise<void> {
  const endpoint = access["AWS_ENDPOINT_URL_S3"];
  const client = new S3Client({ ...sdkClient(access, endpoint, region), forcePathStyle: true });
  try {
    await removeVersions(client, bucket);
    await abortUploads(client, bucket);
  } catch (error) {
    if ((error as Error).name !== "NoSuchBucket") throw error;
  }
}

/** Page by page, until a listing is empty. */
async function removeVersions(client: S3Client, Bucket: string): Promise<void> {
  for (;;) {
    const { Versions = [], DeleteMarkers = [] } = await client.send(
      new ListObjectVersionsCommand({ Bucket }),
    );
    if (Versions.length + DeleteMarkers.length === 0) return;
    // Markers before what they hide: the emulated API cannot delete a marker that is the last of its key.
    for (const page of [DeleteMarkers, Versions].filter(({ length }) => length > 0)) {
      const Objects = page.map(({ Key, VersionId }): ObjectIdentifier => ({ Key: Key!, VersionId }));
      await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }));
    }
  }
}

async function abortUploads(client: S3Client, Bucket: string): Promise<void> {
  const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket }));
  for (const { Key, UploadId } of Uploads) {
    await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
  }
}
