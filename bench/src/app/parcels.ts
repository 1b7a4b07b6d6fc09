import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import type { Client } from "../load/client.ts";
import type { Person, SignedIn } from "./people.ts";

/** A megabyte that begins like a GIF, in ASCII: a request is written as text. */
export const parcel = `GIF89a${"tintype ".repeat(131_072)}`.slice(0, 2 ** 20);

export const s3Port = () => Number(new URL(process.env["AWS_ENDPOINT_URL_S3"]!).port);

/** A client that puts a body straight into the bucket, with a URL signed before. */
export async function putClient(bucket: string, key: string, body = parcel): Promise<Client> {
  const client = new S3Client({ forcePathStyle: true, requestChecksumCalculation: "WHEN_REQUIRED" });
  const url = new URL(await getSignedUrl(client, new PutObjectCommand({ Bucket: bucket, Key: key })));
  client.destroy();
  return { method: "PUT", path: url.pathname + url.search, headers: { host: url.host }, body };
}

/** A client that sends the payload to the application as its picture. */
export function pictureClient({ headers }: Person, { accessToken }: SignedIn): Client {
  const form = formOf({ ...headers, authorization: `Bearer ${accessToken}` });
  return { method: "PUT", path: "/api/account/image", ...form };
}

function formOf(headers: Record<string, string>) {
  const boundary = "----parcel";
  const file = 'content-disposition: form-data; name="image"; filename="parcel.gif"';
  return {
    headers: { ...headers, "content-type": `multipart/form-data; boundary=${boundary}` },
    body: `--${boundary}\r\n${file}\r\n\r\n${parcel}\r\n--${boundary}--\r\n`,
  };
}
