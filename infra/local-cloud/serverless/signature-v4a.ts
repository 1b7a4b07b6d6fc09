import { createECDH, createHmac, createPublicKey, type KeyObject, verify } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { sha256 } from "../s3-proxy/src/sigv4.ts";

const algorithm = "AWS4-ECDSA-P256-SHA256";
const curveOrder = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const maxSkewMs = 15 * 60_000;

export interface SignedMessage {
  readonly message: IncomingMessage;
  readonly body: Buffer;
}

export interface VerifyProps {
  readonly service: string;
  /** Undefined for a key that is not known. */
  readonly secretFor: (accessKeyId: string) => string | undefined;
  readonly now: () => Date;
}

/**
 * Whether a request carries a signature of version 4A for any region, by a key pair that comes from the secret.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function isSignedV4a(
  { message, body }: SignedMessage,
  { service, secretFor, now }: VerifyProps,
): boolean {
  const { authorization = "", "x-amz-date": amzDate = "", "x-amz-region-set": regions } = message.headers;
  const claimed =
    /^AWS4-ECDSA-P256-SHA256 Credential=([^/,]+)\/([^,]+), SignedHeaders=([^,]+), Signature=([\da-f]+)$/;
  const [, accessKeyId = "", scope = "", signedHeaders = "", signature = ""] =
    claimed.exec(authorization) ?? [];
  const secret = secretFor(accessKeyId);
  const names = signedHeaders.split(";");
  const needed = ["host", "x-amz-date", "x-amz-region-set"];
  if (secret === undefined || regions !== "*" || !needed.every((name) => names.includes(name))) return false;
  if (scope !== `${String(amzDate).slice(0, 8)}/${service}/aws4_request` || !isRecent(String(amzDate), now()))
    return false;
  const [path = "/", query = ""] = (message.url ?? "/").split("?");
  const canonical = [
    message.method,
    path.split("/").map(encodeURIComponent).join("/"),
    query.split("&").toSorted().join("&"),
    names.map((name) => `${name}:${String(message.headers[name] ?? "").trim()}\n`).join(""),
    signedHeaders,
    sha256(body),
  ].join("\n");
  const text = [algorithm, amzDate, scope, sha256(canonical)].join("\n");
  return verify("sha256", Buffer.from(text), publicKeyOf(accessKeyId, secret), Buffer.from(signature, "hex"));
}

function isRecent(amzDate: string, now: Date): boolean {
  const iso = amzDate.replace(/^(\d{4})(\d\d)(\d\dT\d\d)(\d\d)(\d\dZ)$/, "$1-$2-$3:$4:$5");
  return Math.abs(Date.parse(iso) - now.getTime()) <= maxSkewMs;
}

/** Key derivation in counter mode (NIST SP 800-108), until the number is one of the curve. */
function publicKeyOf(accessKeyId: string, secret: string): KeyObject {
  for (let counter = 1; counter < 255; counter += 1) {
    const input = Buffer.concat([
      Buffer.from([0, 0, 0, 1]),
      Buffer.from(`${algorithm}\0${accessKeyId}`),
      Buffer.from([counter, 0, 0, 1, 0]),
    ]);
    const candidate = BigInt(`0x${createHmac("sha256", `AWS4A${secret}`).update(input).digest("hex")}`);
    if (candidate > curveOrder - 2n) continue;
    const pair = createECDH("prime256v1");
    pair.setPrivateKey((candidate + 1n).toString(16).padStart(64, "0"), "hex");
    const point = pair.getPublicKey();
    const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((half) => half.toString("base64url"));
    return createPublicKey({ format: "jwk", key: { kty: "EC", crv: "P-256", x: x!, y: y! } });
  }
  throw new Error("no key can be derived from this secret");
}
