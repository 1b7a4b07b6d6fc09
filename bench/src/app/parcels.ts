import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import type { Client } from "../load/client.ts";
import type { Person, SignedIn } from "./people.ts";

/** A megabyte that begins like a GIF, in ASCII: a request is written as text. */
export const parcel = `GIF89a${"tintype ".repeat(131_072)}`.slice(0, 2 ** 20);

export const s3Port = () => Number(new URL(process.env["AWS_ENDPOINT_URL_S3"]!).port);

/** Somebody who puts the parcel straight into the bucket, by a signature made before. */
export async function putClient(bucket: string, key: string): Promise<Client> {
  const client = new S3Client({ forcePathStyle: true, requestChecksumCalculation: "WHEN_REQUIRED" });
  const url = new URL(await getSignedUrl(client, new PutObjectCommand({ Bucket: bucket, Key: key })));
  client.destroy();
  return { method: "PUT", path: url.pathname + url.search, headers: { host: url.host }, body: parcel };
}

/** Somebody who sends the parcel to the application, as their picture. */
export function pictureClient({ headers }: Person, { accessToken }: SignedIn): Client {
  const form = formOf("image", {}, { ...headers, authorization: `Bearer ${accessToken}` });
  return { method: "PUT", path: "/api/account/image", ...form };
}

function formOf(file: string, fields: Record<string, string>, headers: Record<string, string>) {
  const boundary = "----parcel";
  const part = (name: string, value: string) =>
    `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  const parts = Object.entries(fields).map(([name, value]) => part(name, value));
  const last = part(`${file}"; filename="parcel.gif`, parcel);
  return {
    headers: { ...headers, "content-type": `multipart/form-data; boundary=${boundary}` },
    body: `${parts.join("")}${last}--${boundary}--\r\n`,
  };
}
