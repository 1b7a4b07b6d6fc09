import { Readable } from "node:stream";
import type { S3Client } from "@aws-sdk/client-s3";
import type { StorageEngine } from "multer";
import multerS3 from "multer-s3";
import { fieldError } from "../../domain/app-error.ts";
import { sniffImageType, sniffedBytes, type ImageType } from "../../domain/image-type.ts";
import type { IncomingPicture } from "../../ports/object-store.ts";
import { storageError } from "./storage-error.ts";

interface Dependencies {
  readonly client: S3Client;
  readonly bucket: string;
  readonly newId: () => string;
}

/** A storage engine for multer: streams files to `incoming/`, and refuses those that do not begin like an image. */
export function s3UploadStorage({ client, bucket, newId }: Dependencies): StorageEngine {
  const engine = multerS3({
    s3: client,
    bucket,
    acl: (_req, _file, done) => done(null), // otherwise it sends one, and a bucket with ACLs disabled refuses the object
    key: (_req, _file, done) => done(null, `incoming/${newId()}`),
    contentType(_req, file, done) {
      sniff(file.stream).then(
        ({ type, body }) => done(null, type.contentType, body),
        (error: unknown) => done(error),
      );
    },
  });
  return {
    _handleFile(req, file, done) {
      engine._handleFile(req, file, (error, info) => {
        if (error) return done(storageError(error));
        const { key = "" } = (info ?? {}) as Partial<Express.MulterS3.File>;
        const stored = { ...info, incoming: { key } satisfies IncomingPicture };
        done(null, stored);
      });
    },
    _removeFile: (req, file, done) => engine._removeFile(req, file, done),
  };
}

/** Peeks at the first bytes of a file; `body` yields them again, and then the rest. */
async function sniff(file: Readable): Promise<{ type: ImageType; body: Readable }> {
  const chunks = file.iterator({ destroyOnReturn: false });
  const head = await firstBytes(chunks);
  const type = sniffImageType(head);
  if (type) return { type, body: Readable.from(rest(head, chunks, file), { objectMode: false }) };
  throw head.length === 0
    ? fieldError("malformed_request", "image", "is empty")
    : fieldError("unsupported_image", "image", "is not a JPEG, PNG, GIF, WebP or AVIF image");
}

async function firstBytes(chunks: AsyncIterator<Buffer>): Promise<Buffer> {
  let head = Buffer.alloc(0);
  while (head.length < sniffedBytes) {
    const next = await chunks.next();
    if (next.done) break;
    head = Buffer.concat([head, next.value]);
  }
  return head;
}

async function* rest(head: Buffer, chunks: AsyncIterableIterator<Buffer>, file: Readable) {
  yield head;
  yield* chunks;
  // busboy ends a file at the limit as if it were complete; failing here is what makes the upload abort itself.
  if ("truncated" in file && file.truncated) throw new Error("file was cut off at the limit");
}
