import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";

/** What a browser is asked for, as far as an authenticator looks at it. */
export interface Asked {
  readonly challenge: string;
  readonly rp?: { readonly id: string };
  readonly rpId?: string;
  readonly user?: { readonly id: string };
  readonly excludeCredentials?: readonly { readonly id: string }[];
}

/** How an answer differs from an honest one. */
export interface Twist {
  readonly origin?: string;
  readonly type?: string;
  readonly rpId?: string;
  readonly challenge?: string;
  /** More of the client's data. */
  readonly clientData?: object;
  readonly userVerified?: boolean;
  readonly userPresent?: boolean;
  readonly backupEligible?: boolean;
  readonly counter?: number;
  readonly userHandle?: string;
  /** Whose key signs. */
  readonly signedBy?: KeyObject;
  /** The bytes of the attestation, instead of right ones. */
  readonly attestationObject?: Buffer;
}

const flags = { present: 0x01, verified: 0x04, eligible: 0x08, backedUp: 0x10, attested: 0x40 } as const;

type Cbor = number | string | Buffer | Map<number | string, Cbor>;

/** RFC 8949, as far as WebAuthn has it: whole numbers, texts, bytes and maps. */
function cbor(value: Cbor): Buffer {
  if (typeof value === "number") return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === "string")
    return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value]);
  return Buffer.concat([head(5, value.size), ...[...value].flat().map(cbor)]);
}

function head(major: number, count: number): Buffer {
  if (count < 24) return Buffer.from([(major << 5) | count]);
  if (count < 256) return Buffer.from([(major << 5) | 24, count]);
  return Buffer.from([(major << 5) | 25, count >> 8, count & 0xff]);
}

/** Arrays in arrays, which no authenticator makes. */
export const deepCbor = (depth: number) => Buffer.concat([Buffer.alloc(depth, 0x81), Buffer.from([0])]);

/**
 * One credential of an authenticator that makes real ES256 answers, written apart from the application: WebAuthn sections
 * 6.1, 6.3 and 8.7. It counts its uses unless its counter begins at 0.
 */
export function softwareAuthenticator({ origin, counter = 0 }: { origin: string; counter?: number }) {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const id = randomBytes(32);
  const counts = counter > 0;
  let used = counter;
  let handle: string | undefined;

  function clientData(type: string, asked: Asked, twist: Twist): Buffer {
    const facts = { type: twist.type ?? type, challenge: twist.challenge ?? asked.challenge };
    const where = { origin: twist.origin ?? origin, crossOrigin: false };
    return Buffer.from(JSON.stringify({ ...facts, ...where, ...twist.clientData }));
  }

  function authenticatorData(asked: Asked, twist: Twist, attested = Buffer.alloc(0)): Buffer {
    const { userVerified = true, userPresent = true, backupEligible = true } = twist;
    const rpId = twist.rpId ?? asked.rp?.id ?? asked.rpId ?? "";
    const bits =
      (userPresent ? flags.present : 0) |
      (userVerified ? flags.verified : 0) |
      (backupEligible ? flags.eligible | flags.backedUp : 0) |
      (attested.length > 0 ? flags.attested : 0);
    const count = Buffer.alloc(4);
    count.writeUInt32BE(twist.counter ?? used);
    const hash = createHash("sha256").update(rpId).digest();
    return Buffer.concat([hash, Buffer.from([bits]), count, attested]);
  }

  /** The key in COSE: RFC 9053, section 7.1. */
  function coseKey(): Buffer {
    const { x, y } = publicKey.export({ format: "jwk" });
    const [left, right] = [x, y].map((part) => Buffer.from(part!, "base64url")) as [Buffer, Buffer];
    return cbor(
      new Map<number, Cbor>([
        [1, 2],
        [3, -7],
        [-1, 1],
        [-2, left],
        [-3, right],
      ]),
    );
  }

  return {
    id: id.toString("base64url"),
    privateKey,

    /** Makes the credential. Throws, as a browser does, if the authenticator has one of the account. */
    create(asked: Asked, twist: Twist = {}) {
      if (asked.excludeCredentials?.some((each) => each.id === id.toString("base64url")))
        throw new Error("InvalidStateError");
      handle = asked.user?.id;
      const length = Buffer.from([id.length >> 8, id.length & 0xff]);
      const attested = Buffer.concat([Buffer.alloc(16), length, id, coseKey()]);
      const attestation = new Map<string, Cbor>([
        ["fmt", "none"],
        ["attStmt", new Map()],
        ["authData", authenticatorData(asked, twist, attested)],
      ]);
      const response = {
        clientDataJSON: clientData("webauthn.create", asked, twist).toString("base64url"),
        attestationObject: (twist.attestationObject ?? cbor(attestation)).toString("base64url"),
        transports: ["internal", "some-later-transport"],
      };
      return { id: id.toString("base64url"), rawId: id.toString("base64url"), type: "public-key", response };
    },

    /** Uses the credential. */
    use(asked: Asked, twist: Twist = {}) {
      if (counts) used += 1;
      const client = clientData("webauthn.get", asked, twist);
      const data = authenticatorData(asked, twist);
      const hash = createHash("sha256").update(client).digest();
      const response = {
        clientDataJSON: client.toString("base64url"),
        authenticatorData: data.toString("base64url"),
        signature: sign("sha256", Buffer.concat([data, hash]), twist.signedBy ?? privateKey).toString(
          "base64url",
        ),
        userHandle: twist.userHandle ?? handle,
      };
      return { id: id.toString("base64url"), rawId: id.toString("base64url"), type: "public-key", response };
    },
  };
}

export type SoftwareAuthenticator = ReturnType<typeof softwareAuthenticator>;
