import { createHash, createHmac } from "node:crypto";
import type { S3Client } from "@aws-sdk/client-s3";

interface Dependencies {
  readonly client: S3Client;
  readonly bucket: string;
  readonly now: () => Date;
}

/** Query parameters that S3 answers with, such as `response-content-disposition`. */
export type ResponseOverrides = Readonly<Record<string, string>>;

type Credentials = Awaited<ReturnType<S3Client["config"]["credentials"]>>;

/** What all URLs of a key and half of a life have in common. */
interface Signer {
  readonly accessKeyId: string;
  readonly beganAtMs: number;
  readonly lifeMs: number;
  readonly key: Buffer;
  /** What is signed begins with it. */
  readonly head: string;
  readonly parameters: Readonly<Record<string, string>>;
  /** The parameters as they are, for URLs without overrides. */
  readonly query: string;
}

/**
 * Presigned GET URLs by Signature Version 4 (docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html).
 * The SDK's presigner derives the day's key and builds a request for each URL, which takes it half a millisecond; here
 * the key is kept, and a URL is one hash and one HMAC. It begins at the last full half of its life, so that asking again
 * gives the same URL and the browser's cache works.
 */
export function signedUrls({ client, bucket, now }: Dependencies) {
  const place = placeOf(client, bucket);
  let kept: Signer | undefined;

  async function signer(lifeMs: number): Promise<Signer> {
    const credentials = await client.config.credentials();
    const { accessKeyId } = credentials;
    const beganAtMs = Math.floor(now().getTime() / (lifeMs / 2)) * (lifeMs / 2);
    const same = kept?.accessKeyId === accessKeyId && kept.beganAtMs === beganAtMs && kept.lifeMs === lifeMs;
    if (kept && same) return kept;
    const { region } = await place;
    kept = { accessKeyId, beganAtMs, lifeMs, ...signing(credentials, region, new Date(beganAtMs), lifeMs) };
    return kept;
  }

  /** A URL that shows the object for at least half of `lifeMs`, and for `lifeMs` at most. */
  return async (objectKey: string, lifeMs: number, overrides?: ResponseOverrides): Promise<string> => {
    const { key, head, parameters, query: plain } = await signer(lifeMs);
    const { host, origin, prefix } = await place;
    const path = prefix + pathOf(objectKey);
    const query = overrides ? queryOf({ ...parameters, ...overrides }) : plain;
    const request = `GET\n${path}\n${query}\nhost:${host}\n\nhost\nUNSIGNED-PAYLOAD`;
    const signature = hmac(key, head + sha256(request)).toString("hex");
    return `${origin}${path}?${query}&X-Amz-Signature=${signature}`;
  };
}

function signing(
  { accessKeyId, secretAccessKey, sessionToken }: Credentials,
  region: string,
  at: Date,
  lifeMs: number,
): Pick<Signer, "key" | "head" | "parameters" | "query"> {
  const time = at.toISOString().replace(/[-:]|\.\d{3}/g, "");
  const scope = `${time.slice(0, 8)}/${region}/s3/aws4_request`;
  const key = scope
    .split("/")
    .reduce<Buffer>((secret, part) => hmac(secret, part), Buffer.from(`AWS4${secretAccessKey}`));
  const parameters = {
    "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
    "X-Amz-Credential": `${accessKeyId}/${scope}`,
    "X-Amz-Date": time,
    "X-Amz-Expires": String(lifeMs / 1000),
    ...(sessionToken && { "X-Amz-Security-Token": sessionToken }),
    "X-Amz-SignedHeaders": "host",
  };
  return { key, head: `AWS4-HMAC-SHA256\n${time}\n${scope}\n`, parameters, query: queryOf(parameters) };
}

/** Where the bucket's objects are: as the SDK would address them. */
async function placeOf({ config }: S3Client, bucket: string) {
  const region = await config.region();
  if (!config.forcePathStyle) {
    const host = `${bucket}.s3.${region}.amazonaws.com`;
    return { region, host, origin: `https://${host}`, prefix: "/" };
  }
  const { protocol, hostname, port } = await config.endpoint!();
  const host = port ? `${hostname}:${port}` : hostname;
  return { region, host, origin: `${protocol}//${host}`, prefix: `/${encode(bucket)}/` };
}

/** Sorted by name, as the signature wants it. */
function queryOf(parameters: Record<string, string>): string {
  const pairs = Object.entries(parameters).map(([name, value]) => `${encode(name)}=${encode(value)}`);
  return pairs.toSorted((a, b) => (a < b ? -1 : 1)).join("&");
}

function pathOf(objectKey: string): string {
  return /^[\w./-]*$/.test(objectKey) ? objectKey : objectKey.split("/").map(encode).join("/");
}

/** RFC 3986: what `encodeURIComponent` leaves beyond letters, digits and -._~ is encoded too. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
