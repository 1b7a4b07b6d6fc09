import { createHash } from "node:crypto";
import { PassThrough, type Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";
import { GetObjectCommand, NoSuchKey, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import type { Backup, KeptFile } from "../../domain/backup.ts";
import type { BackupPart, Backups } from "../../ports/backups.ts";
import { rethrowStorageError } from "./storage-error.ts";

interface Dependencies {
  readonly client: S3Client;
  readonly bucket: string;
}

const partKey = (name: string, part: BackupPart) => `backups/${name}.${part}.gz`;
const backupKey = (name: string) => `backups/${name}.json`;

export function s3Backups({ client, bucket: Bucket }: Dependencies): Backups {
  async function body(Key: string): Promise<Readable> {
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
    return Body as Readable;
  }

  return {
    async write(name, part, content) {
      const { meter, measured } = measuring();
      const Body = new PassThrough();
      const params = { Bucket, Key: partKey(name, part), Body, ContentType: "application/gzip" };
      // Wait for both: an upload whose content fails aborts and removes its parts.
      const outcomes = await Promise.allSettled([
        pipeline(content, createGzip(), meter, Body),
        new Upload({ client, params }).done(),
      ]);
      for (const outcome of outcomes) if (outcome.status === "rejected") rethrowStorageError(outcome.reason);
      return measured();
    },

    async *read(name, part, file) {
      const plain = createGunzip();
      const piped = pipeline(await body(partKey(name, part)), requiring(file), plain);
      piped.catch(() => undefined); // it is thrown below, or by the reader
      try {
        yield* plain as AsyncIterable<Buffer>;
        await piped;
      } catch (cause) {
        throw new Error(`The backup ${name} is damaged: ${(cause as Error).message}`, { cause });
      }
    },

    async add(backup) {
      const Body = JSON.stringify(backup, null, 2);
      const params = { Bucket, Key: backupKey(backup.name), Body, ContentType: "application/json" };
      await client.send(new PutObjectCommand(params)).catch(rethrowStorageError);
    },

    async get(name) {
      try {
        const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: backupKey(name) }));
        return JSON.parse(await Body!.transformToString()) as Backup;
      } catch (error) {
        return error instanceof NoSuchKey ? undefined : rethrowStorageError(error);
      }
    },
  };
}

/** Passes bytes through, and computes their size and hash. */
function measuring() {
  const hash = createHash("sha256");
  let bytes = 0;
  async function* meter(chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      hash.update(chunk);
      bytes += chunk.length;
      yield chunk;
    }
  }
  return { meter, measured: (): KeptFile => ({ bytes, sha256: hash.digest("hex") }) };
}

/** Passes bytes through, and fails at the end if they do not match the file. */
function requiring({ bytes, sha256 }: KeptFile) {
  const { meter, measured } = measuring();
  return async function* (chunks: AsyncIterable<Buffer>) {
    yield* meter(chunks);
    const found = measured();
    if (found.sha256 === sha256 && found.bytes === bytes) return;
    throw new Error(`${found.bytes} bytes with SHA-256 ${found.sha256} instead of ${bytes} with ${sha256}`);
  };
}
