import type { Readable } from "node:stream";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import type { StorageEngine } from "multer";
import { uploadKeyOf } from "../../domain/image.ts";
import type { ReceivedUpload } from "../../ports/object-store.ts";
import { storageError } from "./storage-error.ts";

interface Dependencies {
  readonly client: S3Client;
  readonly bucket: string;
  readonly newId: () => string;
}

/** The smallest part that S3 takes. */
const partBytes = 5 * 2 ** 20;

/** A storage engine for multer: streams files of any type to `incoming/`, where they wait to be taken in. */
export function s3MediaStorage({ client, bucket: Bucket, newId }: Dependencies): StorageEngine {
  /** Has one part of the file in memory, while the sender waits for S3. */
  async function store(file: Readable): Promise<ReceivedUpload> {
    const id = newId();
    const parts = partsTo(uploadKeyOf(id));
    const buffer = Buffer.allocUnsafeSlow(partBytes);
    let [held, bytes] = [0, 0];
    try {
      for await (const chunk of file.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        for (let at = 0; at < chunk.length;) {
          if (held === partBytes) {
            await parts.send(buffer);
            held = 0;
          }
          const copied = chunk.copy(buffer, held, at);
          held += copied;
          at += copied;
        }
        bytes += chunk.length;
      }
      // busboy ends a file at the limit as if it were complete.
      if ("truncated" in file && file.truncated) throw new Error("file was cut off at the limit");
      await parts.end(buffer.subarray(0, held));
    } catch (error) {
      await parts.abort();
      throw error;
    }
    return { id, bytes };
  }

  /** An object that is sent in parts, or at once if it ends before the first is full. */
  function partsTo(Key: string) {
    // Until it is taken in no one knows what it is.
    const object = { Bucket, Key, ContentType: "application/octet-stream" };
    const sent: { PartNumber: number; ETag: string | undefined }[] = [];
    let UploadId: string | undefined;

    async function send(Body: Buffer): Promise<void> {
      UploadId ??= (await client.send(new CreateMultipartUploadCommand(object))).UploadId;
      const PartNumber = sent.length + 1;
      const part = { Bucket, Key, UploadId, PartNumber, Body, ContentLength: Body.length };
      const { ETag } = await client.send(new UploadPartCommand(part));
      sent.push({ PartNumber, ETag });
    }

    return {
      send,
      async end(Body: Buffer): Promise<void> {
        if (UploadId === undefined) {
          await client.send(new PutObjectCommand({ ...object, Body, ContentLength: Body.length }));
          return;
        }
        await send(Body);
        const MultipartUpload = { Parts: sent };
        await client.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload }));
      },
      /** What S3 could not be asked to remove expires within a day. */
      async abort(): Promise<void> {
        if (UploadId === undefined) return;
        await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId })).catch(() => undefined);
      },
    };
  }

  return {
    _handleFile(_req, file, done) {
      store(file.stream).then(
        (received) => done(null, { received } as object),
        (error: unknown) => done(storageError(error)),
      );
    },
    _removeFile(_req, file, done) {
      const { id } = (file as Express.Multer.File & { received: ReceivedUpload }).received;
      client.send(new DeleteObjectCommand({ Bucket, Key: uploadKeyOf(id) })).then(
        () => done(null),
        (error: Error) => done(error),
      );
    },
  };
}
