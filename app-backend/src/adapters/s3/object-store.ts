import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  NoSuchKey,
  NotFound,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { AppError } from "../../domain/app-error.ts";
import type { Announced } from "../../domain/upload.ts";
import type { ObjectStore } from "../../ports/object-store.ts";
import type { ResponseOverrides, signedUrls } from "./signed-urls.ts";
import { rethrowStorageError } from "./storage-error.ts";

/** A key contains the hash of its content. */
export const cacheControl = "private, max-age=31536000, immutable";

const urlLifeMs = 3_600_000;
const keysAtOnce = 1000; // the most that S3 accepts in one request

interface Dependencies {
  readonly client: S3Client;
  readonly bucket: string;
  readonly sign: ReturnType<typeof signedUrls>;
}

interface Reading {
  readonly VersionId?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly expected?: Announced | undefined;
}

export function s3ObjectStore({ client, bucket, sign }: Dependencies): ObjectStore {
  async function read(
    key: string,
    { VersionId, signal, expected }: Reading = {},
  ): Promise<AsyncIterable<Uint8Array> | undefined> {
    try {
      const { Body, ContentLength, ContentType } = await client.send(
        new GetObjectCommand({ Bucket: bucket, Key: key, VersionId }),
        { abortSignal: signal },
      );
      const body = Body as Readable;
      const isExpected =
        !expected || (ContentLength === expected.bytes && ContentType === expected.contentType);
      if (ContentLength !== 0 && isExpected) return whole(body);
      body.destroy();
      return undefined;
    } catch (error) {
      signal?.throwIfAborted();
      return error instanceof NoSuchKey ? undefined : rethrowStorageError(error);
    }
  }

  /** Files are large: S3 was asked to keep the hash of each copy that it made of one. */
  async function keptDigest(Key: string, VersionId?: string): Promise<string | undefined> {
    if (!Key.startsWith("media/")) return undefined;
    const command = new HeadObjectCommand({ Bucket: bucket, Key, VersionId, ChecksumMode: "ENABLED" });
    try {
      const { ChecksumSHA256 } = await client.send(command);
      return ChecksumSHA256 && Buffer.from(ChecksumSHA256, "base64").toString("hex");
    } catch (error) {
      return error instanceof NotFound ? undefined : rethrowStorageError(error);
    }
  }

  async function digest(key: string, versionId?: string): Promise<string | undefined> {
    const kept = await keptDigest(key, versionId);
    if (kept) return kept;
    const body = await read(key, { VersionId: versionId });
    if (!body) return undefined;
    const hash = createHash("sha256");
    await pipeline(body, hash);
    return hash.digest("hex");
  }

  /** The non-empty versions of one object, the newest first. */
  async function versionsOf(key: string): Promise<string[]> {
    const command = new ListObjectVersionsCommand({ Bucket: bucket, Prefix: key });
    const { Versions = [] } = await client.send(command).catch(rethrowStorageError);
    return Versions.filter(({ Key }) => Key === key).map(({ VersionId }) => VersionId!);
  }

  /** S3 answers 200 even if it could not remove some: it lists those. */
  async function removePage(keys: readonly string[]): Promise<void> {
    const Delete = { Objects: keys.map((Key) => ({ Key })), Quiet: true };
    const command = new DeleteObjectsCommand({ Bucket: bucket, Delete });
    const { Errors = [] } = await client.send(command).catch(rethrowStorageError);
    if (Errors.length === 0) return;
    const [{ Code, Message } = {}] = Errors;
    throw new AppError("unavailable", `${Errors.length} objects were not removed: ${Code} ${Message}`);
  }

  return {
    read: (key, signal, expected) => read(key, { signal, expected }),
    digest: (key) => digest(key),

    async readPart(key, { first, last }, signal) {
      const part = new GetObjectCommand({ Bucket: bucket, Key: key, Range: `bytes=${first}-${last}` });
      try {
        const { Body } = await client.send(part, { abortSignal: signal });
        return await Body!.transformToByteArray();
      } catch (error) {
        signal?.throwIfAborted();
        return error instanceof NoSuchKey ? undefined : rethrowStorageError(error);
      }
    },

    async *list(prefix) {
      let token: string | undefined;
      do {
        const command = new ListObjectsV2Command({
          Bucket: bucket,
          Prefix: prefix,
          ContinuationToken: token,
        });
        const { Contents = [], NextContinuationToken } = await client
          .send(command)
          .catch(rethrowStorageError);
        yield Contents.map(({ Key, LastModified }) => ({ key: Key!, modifiedAt: LastModified! }));
        token = NextContinuationToken;
      } while (token !== undefined);
    },

    async restore(key, sha256) {
      for (const versionId of await versionsOf(key)) {
        if (sha256 !== undefined && (await digest(key, versionId)) !== sha256) continue;
        const source = `${bucket}/${key}?versionId=${versionId}`;
        const command = new CopyObjectCommand({ Bucket: bucket, Key: key, CopySource: source });
        await client.send(command).catch(rethrowStorageError);
        return true;
      }
      return false;
    },

    async write(key, { path, bytes, contentType }, signal) {
      const file = createReadStream(path);
      const command = new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        Body: file,
        ContentLength: bytes,
        ContentType: contentType,
        CacheControl: cacheControl,
      });
      try {
        await client.send(command, { abortSignal: signal }).catch((error: unknown) => {
          signal?.throwIfAborted();
          rethrowStorageError(error);
        });
      } finally {
        file.destroy(); // the SDK pipes it: a failed request leaves it open
      }
    },

    async put(key, content, contentType) {
      const object = { Bucket: bucket, Key: key, Body: content, ContentLength: content.length };
      const labels = { ContentType: contentType, CacheControl: cacheControl };
      await client.send(new PutObjectCommand({ ...object, ...labels })).catch(rethrowStorageError);
    },

    async remove(key) {
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key })).catch(rethrowStorageError);
    },

    async removeAll(keys) {
      const starts = Array.from(
        { length: Math.ceil(keys.length / keysAtOnce) },
        (_, page) => page * keysAtOnce,
      );
      await Promise.all(starts.map((from) => removePage(keys.slice(from, from + keysAtOnce))));
    },

    url: (key) => sign.get(key, urlLifeMs),

    downloadUrl: (key, name) => sign.get(key, urlLifeMs, savedAs(name)),

    signedUrl: (key, name) => sign.timed(key, urlLifeMs, name === undefined ? undefined : savedAs(name)),

    async upload(key, { contentType, bytes, lifeMs }) {
      // S3 accepts only the first PUT (docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html). A form (POST)
      // has no such condition: each repetition would store another version.
      const headers = { "content-type": contentType, "if-none-match": "*" };
      const url = await sign.put(key, lifeMs, { ...headers, "content-length": String(bytes) });
      return { url, headers };
    },

    async closeUpload(key, outcome) {
      const empty = new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        Body: "",
        ContentLength: 0,
        ...(outcome !== undefined && { Metadata: { outcome } }),
      });
      await client.send(empty).catch(rethrowStorageError);
    },

    async outcomeOf(key) {
      try {
        const { ContentLength, Metadata } = await client.send(
          new HeadObjectCommand({ Bucket: bucket, Key: key }),
        );
        return ContentLength === 0 ? Metadata?.["outcome"] : undefined;
      } catch (error) {
        return error instanceof NotFound ? undefined : rethrowStorageError(error);
      }
    },
  };
}

/** The body of a response, or the storage's error if it stops halfway. */
async function* whole(body: Readable): AsyncIterable<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    rethrowStorageError(error);
  }
}

/** RFC 6266: the name in ASCII for old programs, and encoded by RFC 8187 for all others. */
function savedAs(name: string): ResponseOverrides {
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, "_");
  const extended = encodeURIComponent(name.replace(/\p{Cs}/gu, "_")).replace(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16)}`,
  );
  const disposition = `attachment; filename="${plain}"; filename*=UTF-8''${extended}`;
  return { "response-content-disposition": disposition };
}
