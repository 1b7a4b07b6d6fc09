import { createHash } from "node:crypto";
import { Crc32, Crc32c, Crc64Nvme } from "@aws-sdk/checksums/crc";
import { S3Error } from "./s3-error.ts";

interface Checksum {
  update(data: Uint8Array): void;
  digest(): Promise<Uint8Array>;
}

type Digest = (body: Buffer) => Promise<Uint8Array> | Uint8Array;

const hash =
  (algorithm: string): Digest =>
  (body) =>
    createHash(algorithm).update(body).digest();

const crc =
  (create: () => Checksum): Digest =>
  (body) => {
    const checksum = create();
    checksum.update(body);
    return checksum.digest();
  };

const digests = new Map<string, Digest>([
  ["crc32", crc(() => new Crc32())],
  ["crc32c", crc(() => new Crc32c())],
  ["crc64nvme", crc(() => new Crc64Nvme())],
  ["sha1", hash("sha1")],
  ["sha256", hash("sha256")],
]);

const checksumPrefix = "x-amz-checksum-";

/** Headers of that prefix which carry no checksum. */
const notAChecksum = new Set(["algorithm", "mode", "type"]);

/**
 * Holds a body against `content-md5` and the `x-amz-checksum-*` among `headers` (trailers included); 400 when one
 * is wrong: https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
 */
export async function checkChecksums(headers: ReadonlyMap<string, string>, body: Buffer): Promise<void> {
  checkMd5(headers.get("content-md5"), body);
  const algorithms = [...headers.keys()]
    .filter((name) => name.startsWith(checksumPrefix))
    .map((name) => name.slice(checksumPrefix.length))
    .filter((algorithm) => !notAChecksum.has(algorithm));
  if (algorithms.length > 1) {
    throw invalidRequest(
      `Expecting a single ${checksumPrefix} header. Multiple checksum Types are not allowed.`,
    );
  }
  for (const algorithm of algorithms)
    await checkOne(algorithm, headers.get(checksumPrefix + algorithm) ?? "", body);
}

async function checkOne(algorithm: string, value: string, body: Buffer): Promise<void> {
  const digest = digests.get(algorithm);
  if (!digest)
    throw new S3Error(501, "NotImplemented", `The local S3 cannot verify ${checksumPrefix}${algorithm}.`);
  const expected = await digest(body);
  const given = decodeBase64(value);
  if (given?.length !== expected.length) {
    throw invalidRequest(`Value for ${checksumPrefix}${algorithm} header is invalid.`);
  }
  if (given.equals(expected)) return;
  const name = algorithm.toUpperCase();
  throw badDigest(`The ${name} you specified did not match the calculated checksum.`);
}

function checkMd5(value: string | undefined, body: Buffer): void {
  if (value === undefined) return;
  const given = decodeBase64(value);
  if (given?.length !== 16) {
    throw new S3Error(400, "InvalidDigest", "The Content-MD5 you specified was invalid.");
  }
  if (given.equals(createHash("md5").update(body).digest())) return;
  throw badDigest("The Content-MD5 you specified did not match what we received.");
}

function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, "base64");
  return bytes.toString("base64") === text ? bytes : undefined;
}

const badDigest = (message: string) => new S3Error(400, "BadDigest", message);
const invalidRequest = (message: string) => new S3Error(400, "InvalidRequest", message);
