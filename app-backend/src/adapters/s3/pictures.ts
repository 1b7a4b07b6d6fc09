import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  NoSuchKey,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { createPresignedPost } from "@aws-sdk/s3-presigned-post";
import type { Pictures } from "../../ports/pictures.ts";
import type { signedUrls } from "./signed-urls.ts";
import { rethrowStorageError } from "./storage-error.ts";

const urlLifeMs = 3_600_000;

interface Dependencies {
  readonly client: S3Client;
  readonly bucket: string;
  readonly sign: ReturnType<typeof signedUrls>;
}

export function s3Pictures({ client, bucket, sign }: Dependencies): Pictures {
  return {
    async read(key) {
      try {
        const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
        return Body as Readable;
      } catch (error) {
        return error instanceof NoSuchKey ? undefined : rethrowStorageError(error);
      }
    },

    async write(key, { path, bytes, contentType }) {
      const command = new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        Body: createReadStream(path),
        ContentLength: bytes,
        ContentType: contentType,
        CacheControl: "private, max-age=31536000, immutable", // a key is named by what it holds
      });
      await client.send(command).catch(rethrowStorageError);
    },

    async remove(key) {
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key })).catch(rethrowStorageError);
    },

    url: (key) => sign(key, urlLifeMs),

    downloadUrl: (key, name) => sign(key, urlLifeMs, { "response-content-disposition": attachment(name) }),

    async upload(key, { contentType, maxBytes, lifeMs }) {
      return createPresignedPost(client, {
        Bucket: bucket,
        Key: key,
        Expires: lifeMs / 1000,
        Fields: { "Content-Type": contentType },
        Conditions: [["content-length-range", 1, maxBytes]],
      });
    },
  };
}

/** RFC 6266: the name in ASCII for old programs, and as it is (RFC 8187) for all others. */
function attachment(name: string): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, "_");
  const extended = encodeURIComponent(name).replace(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16)}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${extended}`;
}
