import {
  createECDH,
  createHash,
  createPrivateKey,
  createPublicKey,
  hkdfSync,
  type KeyObject,
} from "node:crypto";
import type { PublicKey } from "../../ports/tokens.ts";

/** A key pair for ES256, and its public part as others read it. */
export interface KeyPair {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly jwk: PublicKey;
}

/** The order of P-256's group (SEC 2, section 2.4.2). */
const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const kidLength = 16;

/** The pair of a secret: the same in every process that has the secret (FIPS 186-5, A.2.1; RFC 5869). */
export function keyPairOf(secret: Buffer): KeyPair {
  const bits = Buffer.from(hkdfSync("sha256", secret, "", "tintype access tokens, ES256", 48));
  const scalar = (BigInt(`0x${bits.toString("hex")}`) % (order - 1n)) + 1n;
  const d = Buffer.from(scalar.toString(16).padStart(64, "0"), "hex");
  const curve = createECDH("prime256v1");
  curve.setPrivateKey(d);
  const point = curve.getPublicKey(); // a byte 4, then x and y
  const [x, y] = [point.subarray(1, 33).toString("base64url"), point.subarray(33).toString("base64url")];
  const kid = thumbprint(x, y).slice(0, kidLength);
  const key = { kty: "EC", crv: "P-256", x, y } as const;
  return {
    kid,
    privateKey: createPrivateKey({ key: { ...key, d: d.toString("base64url") }, format: "jwk" }),
    publicKey: createPublicKey({ key, format: "jwk" }),
    jwk: { ...key, kid, alg: "ES256", use: "sig" },
  };
}

/** RFC 7638. */
function thumbprint(x: string, y: string): string {
  return createHash("sha256")
    .update(JSON.stringify({ crv: "P-256", kty: "EC", x, y }))
    .digest("base64url");
}
