import { createHash, createHmac } from "node:crypto";
import type { S3Client } from "@aws-sdk/client-s3";
import { AppError } from "../../domain/app-error.ts";
import type { SignedUrl } from "../../ports/object-store.ts";

interface Dependencies {
  readonly client: S3Client;
  readonly bucket: string;
  readonly now: () => Date;
}

/** Query parameters that override headers of the response, such as `response-content-disposition`. */
export type ResponseOverrides = Readonly<Record<string, string>>;

type Credentials = Awaited<ReturnType<S3Client["config"]["credentials"]>>;

type Headers = Readonly<Record<string, string>>;

/** The common parts of URLs that are signed with one key at one time. */
interface Signing {
  readonly key: Buffer;
  /** Prefix of the string to sign. */
  readonly head: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** The common parts of all URLs of a key during half of a lifetime. */
interface Signer extends Signing {
  readonly credentials: Credentials;
  readonly beganAtMs: number;
  readonly lifeMs: number;
  /** The parameters for URLs without overrides. */
  readonly query: string;
}

/** How long to wait after a refresh of the credentials brought none that live longer. */
const askAgainMs = 60_000;

/**
 * Presigned URLs by Signature Version 4 (docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html).
 * The SDK's presigner derives the day's key and builds a request for each URL, which takes half a millisecond; here the
 * key is cached, and a URL is one hash and one HMAC. No URL claims to live longer than the credentials that signed it:
 * S3 refuses it once they have expired.
 */
export function signedUrls({ client, bucket, now }: Dependencies) {
  const place = placeOf(client, bucket);
  let kept: Signer | undefined;
  let askedAtMs = -Infinity;

  /** A role's next credentials exist some time before the current ones expire, but the SDK requests them late. */
  async function credentialsFor(lifeMs: number): Promise<Credentials> {
    const credentials = await client.config.credentials();
    const nowMs = now().getTime();
    if (livesUntil(credentials) >= nowMs + lifeMs || nowMs < askedAtMs + askAgainMs) return credentials;
    askedAtMs = nowMs;
    return client.config.credentials({ forceRefresh: true }).catch(() => credentials);
  }

  async function signer(lifeMs: number): Promise<Signer> {
    const credentials = await credentialsFor(lifeMs);
    const beganAtMs = Math.floor(now().getTime() / (lifeMs / 2)) * (lifeMs / 2);
    const isSame = kept?.beganAtMs === beganAtMs && kept.lifeMs === lifeMs;
    if (kept && isSame && equals(kept.credentials, credentials)) return kept;
    const { region } = await place;
    const signed = signing(credentials, region, new Date(beganAtMs), lifeOf(credentials, beganAtMs, lifeMs));
    kept = { credentials, beganAtMs, lifeMs, ...signed, query: queryOf(signed.parameters) };
    return kept;
  }

  /** Seconds from `atMs` to the end of `lifeMs`, or of the credentials if that comes first. */
  function lifeOf(credentials: Credentials, atMs: number, lifeMs: number): number {
    const seconds = Math.floor((Math.min(atMs + lifeMs, livesUntil(credentials)) - atMs) / 1000);
    if (atMs + seconds * 1000 > now().getTime()) return seconds;
    throw new AppError("unavailable", "credentials for the bucket have expired");
  }

  async function urlOf(method: string, objectKey: string, signed: Signing, query: string, headers: Headers) {
    const { host, origin, prefix } = await place;
    const path = prefix + pathOf(objectKey);
    const lines = Object.entries({ ...headers, host }).toSorted(byName);
    const names = lines.map(([name]) => name).join(";");
    const canonical = lines.map(([name, value]) => `${name}:${value}\n`).join("");
    const request = `${method}\n${path}\n${query}\n${canonical}\n${names}\nUNSIGNED-PAYLOAD`;
    const signature = hmac(signed.key, signed.head + sha256(request)).toString("hex");
    return `${origin}${path}?${query}&X-Amz-Signature=${signature}`;
  }

  /**
   * A URL that shows the object for at most `lifeMs`, and for at least half of it unless the credentials expire sooner,
   * and its end. Its start is rounded down to half a lifetime, so that repeated calls return the same URL and browsers can
   * cache it.
   */
  async function timed(objectKey: string, lifeMs: number, overrides?: ResponseOverrides): Promise<SignedUrl> {
    const signed = await signer(lifeMs);
    const query = overrides ? queryOf({ ...signed.parameters, ...overrides }) : signed.query;
    const url = await urlOf("GET", objectKey, signed, query, {});
    return { url, expiresAt: new Date(signed.beganAtMs + Number(signed.parameters["X-Amz-Expires"]) * 1000) };
  }

  return {
    timed,
    /** Like `timed`, without its end. */
    get: async (...request: Parameters<typeof timed>): Promise<string> => (await timed(...request)).url,

    /** A URL that accepts a PUT with exactly these headers (lower-case names), from now on for at most `lifeMs`. */
    async put(objectKey: string, lifeMs: number, headers: Headers): Promise<string> {
      const credentials = await credentialsFor(lifeMs);
      const atMs = Math.floor(now().getTime() / 1000) * 1000;
      const life = lifeOf(credentials, atMs, lifeMs);
      const names = ["host", ...Object.keys(headers)].toSorted().join(";");
      const signed = signing(credentials, (await place).region, new Date(atMs), life, names);
      return urlOf("PUT", objectKey, signed, queryOf(signed.parameters), headers);
    },
  };
}

/** Expiry in milliseconds; Infinity if they do not expire. */
function livesUntil({ expiration }: Credentials): number {
  return expiration?.getTime() ?? Infinity;
}

function equals(one: Credentials, other: Credentials): boolean {
  return (
    one.accessKeyId === other.accessKeyId &&
    one.sessionToken === other.sessionToken &&
    livesUntil(one) === livesUntil(other)
  );
}

function signing(
  { accessKeyId, secretAccessKey, sessionToken }: Credentials,
  region: string,
  at: Date,
  lifeSeconds: number,
  signedHeaders = "host",
): Signing {
  const time = at.toISOString().replace(/[-:]|\.\d{3}/g, "");
  const scope = `${time.slice(0, 8)}/${region}/s3/aws4_request`;
  const key = scope
    .split("/")
    .reduce<Buffer>((secret, part) => hmac(secret, part), Buffer.from(`AWS4${secretAccessKey}`));
  const parameters = {
    "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
    "X-Amz-Credential": `${accessKeyId}/${scope}`,
    "X-Amz-Date": time,
    "X-Amz-Expires": String(lifeSeconds),
    ...(sessionToken && { "X-Amz-Security-Token": sessionToken }),
    "X-Amz-SignedHeaders": signedHeaders,
  };
  return { key, head: `AWS4-HMAC-SHA256\n${time}\n${scope}\n`, parameters };
}

/** The address of the bucket's objects, as the SDK would form it. */
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

/** Sorted by name, as the signature requires. */
function queryOf(parameters: Record<string, string>): string {
  const pairs = Object.entries(parameters).map(([name, value]) => `${encode(name)}=${encode(value)}`);
  return pairs.toSorted((a, b) => (a < b ? -1 : 1)).join("&");
}

function byName([one]: readonly [string, string], [other]: readonly [string, string]): number {
  return one < other ? -1 : 1;
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
