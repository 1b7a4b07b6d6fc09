import { createHash } from "node:crypto";
import type { Readable } from "node:stream";
import {
  CopyObjectCommand,
  GetObjectCommand,
  NoSuchKey,
  S3ServiceException,
  type S3Client,
} from "@aws-sdk/client-s3";
import { AppError } from "../../domain/app-error.ts";
import { uploadKeyOf } from "../../domain/image.ts";
import { mediaScanner } from "../../domain/media-scan.ts";
import { mediaKey } from "../../domain/object-key.ts";
import type { MediaIntake } from "../../ports/media-intake.ts";
import { cacheControl } from "./object-store.ts";
import { rethrowStorageError } from "./storage-error.ts";

interface Dependencies {
  readonly client: S3Client;
  readonly bucket: string;
}

/** S3 answers when the copy is complete. */
const copyTimeoutMs = 60_000;

export function s3MediaIntake({ client, bucket: Bucket }: Dependencies): MediaIntake {
  /** The upload, and the tag of its content. Undefined if it is missing or closed. */
  async function open(Key: string, abortSignal: AbortSignal) {
    const { Body, ContentLength, ETag } = await client.send(new GetObjectCommand({ Bucket, Key }), {
      abortSignal,
    });
    const content = Body as Readable;
    if (ContentLength !== 0) return { content, tag: ETag! };
    content.destroy();
    return undefined;
  }

  return {
    async take(media, signal) {
      const from = uploadKeyOf(media.id);
      try {
        const upload = await open(from, signal);
        if (!upload) return undefined;
        const { sha256, bytes, type } = await examined(upload.content);
        if (!type) throw new AppError("unsupported_media", "upload is no audio, video or PDF");
        const objectKey = mediaKey(media, sha256, type.extension);
        const copy = new CopyObjectCommand({
          Bucket,
          Key: objectKey,
          CopySource: `${Bucket}/${from}`,
          // Another process may have completed the upload and closed it since: its empty object must not replace the copy.
          CopySourceIfMatch: upload.tag,
          // By default the copy keeps the type and all headers that the sender chose.
          MetadataDirective: "REPLACE",
          ContentType: type.contentType,
          CacheControl: cacheControl,
          // S3 calculates it of the copy: the integrity check need not read the file.
          ChecksumAlgorithm: "SHA256",
        });
        await client.send(copy, { abortSignal: signal, requestTimeout: copyTimeoutMs });
        return { sha256, bytes, contentType: type.contentType, objectKey };
      } catch (error) {
        signal.throwIfAborted();
        return isGone(error) ? undefined : rethrowStorageError(error);
      }
    },
  };
}

/** One pass over a file, with no more of it in memory than a chunk and what the scanner looks at. */
async function examined(content: Readable) {
  const [hash, scanner] = [createHash("sha256"), mediaScanner()];
  let bytes = 0;
  for await (const chunk of content as AsyncIterable<Buffer>) {
    hash.update(chunk);
    scanner.push(chunk);
    bytes += chunk.length;
  }
  return { sha256: hash.digest("hex"), bytes, type: scanner.end() };
}

function isGone(error: unknown): boolean {
  return (
    error instanceof NoSuchKey || (error instanceof S3ServiceException && error.name === "PreconditionFailed")
  );
}
