import { CopyObjectCommand, DeleteObjectCommand, GetObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import type { Pictures } from "../../ports/pictures.ts";
import { rethrowStorageError } from "./storage-error.ts";

const urlLifeSeconds = 3600;

export function s3Pictures(client: S3Client, bucket: string): Pictures {
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

    url: (key) =>
      getSignedUrl(client, new GetObjectCommand({ Bucket: bucket, Key: key }), { expiresIn: urlLifeSeconds }),
  };
}
