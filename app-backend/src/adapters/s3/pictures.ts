import { CopyObjectCommand, DeleteObjectCommand, type S3Client } from "@aws-sdk/client-s3";
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
    async place(incoming, key) {
      const command = new CopyObjectCommand({
        Bucket: bucket,
        Key: key,
        CopySource: `${bucket}/${incoming.key}`,
        MetadataDirective: "REPLACE",
        ContentType: incoming.type.contentType,
        CacheControl: "private, max-age=31536000, immutable", // a new picture gets a new key
      });
      await client.send(command).catch(rethrowStorageError);
    },

    async remove(key) {
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key })).catch(rethrowStorageError);
    },

    url: (key) => sign(key, urlLifeMs),
  };
}
