import {
  AbortMultipartUploadCommand,
  DeleteObjectsCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  type ObjectIdentifier,
  S3Client,
} from "@aws-sdk/client-s3";
import { UserError } from "../../cli/user-error.ts";
import { sdkClient } from "../clouds/sdk-client.ts";

export interface Emptied {
  /** Objects, older versions and delete markers. */
  readonly versions: number;
  readonly uploads: number;
}

/**
 * Removes every version, delete marker and unfinished upload, in steps of at most `page`, until listings are empty; a
 * bucket that is already gone is empty too.
 */
export async function emptyBucket(
  bucket: string,
  region: string,
  access: Record<string, string>,
  page = 1000,
): Promise<Emptied> {
  const endpoint = access["AWS_ENDPOINT_URL_S3"];
  const client = new S3Client({ ...sdkClient(access, endpoint, region), forcePathStyle: true });
  try {
    // First the uploads: one that ends meanwhile leaves a version.
    const uploads = await abortUploads(client, bucket, page);
    return { uploads, versions: await removeVersions(client, bucket, page) };
  } catch (error) {
    if ((error as Error).name === "NoSuchBucket") return { versions: 0, uploads: 0 };
    throw error;
  }
}

async function removeVersions(client: S3Client, Bucket: string, MaxKeys: number): Promise<number> {
  for (let removed = 0; ;) {
    const { Versions = [], DeleteMarkers = [] } = await client.send(
      new ListObjectVersionsCommand({ Bucket, MaxKeys }),
    );
    if (Versions.length + DeleteMarkers.length === 0) return removed;
    // Markers before what they hide: the emulated API cannot delete a marker that is the last of its key.
    for (const page of [DeleteMarkers, Versions].filter(({ length }) => length > 0)) {
      const Objects = page.map(({ Key, VersionId }): ObjectIdentifier => ({ Key: Key!, VersionId }));
      await remove(client, Bucket, Objects);
      removed += Objects.length;
    }
  }
}

/** What may not be deleted would be listed for ever. */
async function remove(client: S3Client, Bucket: string, Objects: ObjectIdentifier[]): Promise<void> {
  const { Errors = [] } = await client.send(
    new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }),
  );
  const [first] = Errors;
  if (first === undefined) return;
  const what = `${first.Key}, version ${first.VersionId}: ${first.Code} ${first.Message}`;
  throw new UserError(
    `${Errors.length} of ${Objects.length} objects of ${Bucket} could not be removed, such as ${what}`,
  );
}

async function abortUploads(client: S3Client, Bucket: string, MaxUploads: number): Promise<number> {
  for (let aborted = 0; ;) {
    const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket, MaxUploads }));
    if (Uploads.length === 0) return aborted;
    const abort = ({ Key, UploadId }: (typeof Uploads)[number]) =>
      client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
    for (let first = 0; first < Uploads.length; first += 50) {
      await Promise.all(Uploads.slice(first, first + 50).map(abort));
    }
    aborted += Uploads.length;
  }
}
