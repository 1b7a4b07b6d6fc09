import { createReadStream, createWriteStream, statSync } from "node:fs";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import {
  GetObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  NoSuchKey,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { sdkClient } from "../../clouds/sdk-client.ts";
import type { Outputs } from "../../terraform/state.ts";

/** Headers with which an object is served. */
export interface ObjectHeaders {
  readonly contentType: string | undefined;
  readonly cacheControl: string | undefined;
}

export type Bucket = ReturnType<typeof openBucket>;

/** The deployment's bucket, as its operator sees it. */
export function openBucket({ bucket: Bucket, region }: Outputs, access: Record<string, string>) {
  const endpoint = access["AWS_ENDPOINT_URL_S3"];
  const client = new S3Client({ ...sdkClient(access, endpoint, region), forcePathStyle: true });

  async function get(Key: string, VersionId?: string) {
    try {
      return await client.send(new GetObjectCommand({ Bucket, Key, VersionId }));
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined;
      throw error;
    }
  }

  /** What it held last; also of an object that was deleted since, as long as the bucket keeps it. */
  async function newest(Key: string) {
    const found = await get(Key);
    if (found !== undefined) return found;
    const { Versions = [] } = await client.send(new ListObjectVersionsCommand({ Bucket, Prefix: Key }));
    const version = Versions.find((one) => one.Key === Key);
    return version && get(Key, version.VersionId);
  }

  return {
    /** What an object holds; undefined where it is not there. */
    async text(key: string): Promise<string | undefined> {
      return (await get(key))?.Body?.transformToString();
    },

    /** Writes what an object holds, or held last, into a file; undefined where it is gone for good. */
    async save(key: string, path: string): Promise<ObjectHeaders | undefined> {
      const found = await newest(key);
      if (found === undefined) return undefined;
      await pipeline(found.Body as Readable, createWriteStream(path, { mode: 0o600 }));
      return { contentType: found.ContentType, cacheControl: found.CacheControl };
    },

    async put(key: string, path: string, headers: Partial<ObjectHeaders>): Promise<void> {
      const command = new PutObjectCommand({
        Bucket,
        Key: key,
        Body: createReadStream(path),
        ContentLength: statSync(path).size,
        ContentType: headers.contentType,
        CacheControl: headers.cacheControl,
      });
      await client.send(command);
    },

    async keys(Prefix: string): Promise<string[]> {
      const keys: string[] = [];
      let ContinuationToken: string | undefined;
      do {
        const page = await client.send(new ListObjectsV2Command({ Bucket, Prefix, ContinuationToken }));
        keys.push(...(page.Contents ?? []).map(({ Key }) => Key!));
        ContinuationToken = page.NextContinuationToken;
      } while (ContinuationToken !== undefined);
      return keys;
    },
  };
}
