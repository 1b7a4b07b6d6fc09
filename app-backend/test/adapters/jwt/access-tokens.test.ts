import {
  createHash,
  createHmac,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  randomUUID,
  sign as signBytes,
} from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import jwt from "jsonwebtoken";
import { cognitoAccessTokens, poolIssuer } from "../../../src/adapters/cognito/access-tokens.ts";
import {
  accessTokensByKeySet,
  accessTokensBySecrets,
  accessTokensOf,
} from "../../../src/adapters/jwt/access-tokens.ts";
import { accessTokensOfIssuers } from "../../../src/adapters/jwt/issuers.ts";
import { keyPairOf } from "../../../src/adapters/jwt/key-pairs.ts";
import { keySet } from "../../../src/adapters/jwt/key-set.ts";
import { jwtTokens } from "../../../src/adapters/jwt/tokens.ts";
import type { Keyring } from "../../../src/domain/keyring.ts";
import type { AccessTokens } from "../../../src/ports/access-tokens.ts";
import { asJson, keySource } from "../../key-source.ts";

const at = new Date("2026-01-01T00:00:00Z");
const seconds = (count: number) => new Date(at.getTime() + count * 1000);
const holder = { accountId: "account", sessionId: "session" };
const secret = randomBytes(64);
const pair = keyPairOf(secret);
const lone = (current: Buffer): Keyring<Buffer> => ({ current, former: [] });

/** The tokens of a process with those secrets. */
const tokensOf = (accessSecrets: Keyring<Buffer>, accessTokens: "hs256" | "es256") =>
  jwtTokens({ accessSecrets, refreshSecrets: lone(randomBytes(64)), newId: randomUUID, accessTokens });

const pool = { region: "us-east-1", userPoolId: "us-east-1_abcdefghi", clientId: "client" };
const ofPool = generateKeyPairSync("rsa", { modulusLength: 2048 });
const poolKid = "pool key";

let source: Awaited<ReturnType<typeof keySource>>;
let poolSource: typeof source;
let readers: Record<string, AccessTokens>;

beforeAll(async () => {
  source = await keySource(asJson({ keys: [pair.jwk, keyPairOf(randomBytes(64)).jwk] }));
  const jwk = { ...ofPool.publicKey.export({ format: "jwk" }), kid: poolKid, alg: "RS256", use: "sig" };
  poolSource = await keySource(asJson({ keys: [jwk] }));
  const byKeys = accessTokensByKeySet(
    keySet({ url: source.url, clock: () => performance.now(), onFault: () => undefined }),
  );
  const cognito = cognitoAccessTokens({ ...pool, endpoint: poolSource.url });
  readers = {
    keys: byKeys,
    secrets: accessTokensBySecrets(lone(secret)),
    process: accessTokensOf(tokensOf(lone(secret), "es256")),
    issuers: accessTokensOfIssuers(
      new Map([
        ["tintype", byKeys],
        [poolIssuer(pool), cognito],
      ]),
    ),
  };
});
afterAll(() => Promise.all([source.close(), poolSource.close()]));

const iat = at.getTime() / 1000;
const claims = {
  ...{ sub: "account", sid: "session", jti: "j", iss: "tintype", aud: "tintype-api" },
  ...{ iat, exp: iat + 600 },
};
const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

type Signer = (text: string) => Buffer;
const byPair =
  (key: KeyObject, dsaEncoding: "ieee-p1363" | "der" = "ieee-p1363", hash = "sha256"): Signer =>
  (text) =>
    signBytes(hash, Buffer.from(text), { key, dsaEncoding });
const byHmac =
  (key: string | Buffer): Signer =>
  (text) =>
    createHmac("sha256", key).update(text).digest();

/** A token with those changes, signed as if by us. */
function forge(header: object, sign: Signer = byPair(pair.privateKey), changes: object = {}): string {
  const head = encoded({ alg: "ES256", typ: "at+jwt", kid: pair.kid, ...header });
  const text = `${head}.${encoded({ ...claims, ...changes })}`;
  return `${text}.${sign(text).toString("base64url")}`;
}

/** A token of the user pool, whose clock cannot be set. */
function ofCognito(changes: object = {}, key: KeyObject = ofPool.privateKey, header: object = {}): string {
  const now = Math.floor(Date.now() / 1000);
  const stated = {
    ...{ sub: "user", iss: poolIssuer(pool), client_id: "client", token_use: "access", origin_jti: "family" },
    ...{ auth_time: now, iat: now, exp: now + 600 },
  };
  const algorithm = { alg: key.asymmetricKeyType === "ec" ? "ES256" : "RS256" };
  return jwt.sign({ ...stated, ...changes }, key, { header: { ...algorithm, kid: poolKid, ...header } });
}

const refusal = { code: "not_signed_in" };
const all = ["keys", "secrets", "process", "issuers"];

async function requireRefused(token: string, when = at): Promise<void> {
  for (const name of all) await expect(readers[name]!.read(token, when)).rejects.toMatchObject(refusal);
}

test("the forging helper of these tests also makes valid ones", async () => {
  for (const name of all)
    expect(await readers[name]!.read(forge({}), at)).toEqual({
      ...{ issuer: "tintype", subject: "account", sessionId: "session" },
      ...{ expiresAt: seconds(600), signedInAt: undefined },
    });
});

describe("an access token of a key pair", () => {
  test("is read by its public key, by the secret, and where it was signed; it lives as long as any", async () => {
    const token = tokensOf(lone(secret), "es256").access(holder, at);
    for (const name of all) {
      expect(await readers[name]!.read(token, seconds(604))).toMatchObject({ subject: "account" });
      await expect(readers[name]!.read(token, seconds(605))).rejects.toMatchObject(refusal);
    }
  });

  test("VER-10 is refused with a signature of zeros, in DER, or of another length", async () => {
    const sign = byPair(pair.privateKey);
    await requireRefused(forge({}, () => Buffer.alloc(64)));
    await requireRefused(forge({}, byPair(pair.privateKey, "der")));
    await requireRefused(forge({}, (text) => Buffer.concat([sign(text), Buffer.alloc(1)])));
    await requireRefused(forge({}, (text) => sign(text).subarray(1)));
    await requireRefused(forge({}, () => Buffer.alloc(0)));
  });

  test("VER-10 is refused by another curve, and by an algorithm that is not its key's", async () => {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "secp384r1" });
    await requireRefused(forge({ alg: "ES384" }, byPair(privateKey, "ieee-p1363", "sha384")));
    for (const alg of ["none", "RS256", "PS256", "EdDSA", ["ES256"], null, undefined])
      await requireRefused(forge({ alg }));
  });

  test("VER-10 is refused with an extension, known or not, and as a JWE", async () => {
    for (const header of [{ crit: ["exp"] }, { crit: [] }, { crit: ["b64"], b64: false }, { b64: false }])
      await requireRefused(forge(header));
    await requireRefused(`${encoded({ alg: "ECDH-ES", enc: "A256GCM", kid: pair.kid })}.a.b.c.d`);
  });

  test("VER-10 is refused with a public key as the secret, in any of its forms", async () => {
    const forms = [
      pair.publicKey.export({ format: "pem", type: "spki" }),
      pair.publicKey.export({ format: "der", type: "spki" }),
      JSON.stringify(pair.jwk),
      Buffer.from(pair.jwk.x, "base64url"),
    ];
    for (const form of forms) {
      await requireRefused(forge({ alg: "HS256" }, byHmac(form)));
      await requireRefused(forge({ alg: "HS256", kid: undefined }, byHmac(form)));
    }
  });

  test.each([
    ["absent", undefined],
    ["unknown", "another"],
    ["__proto__", "__proto__"],
    ["of 10 kB", "k".repeat(10_000)],
    ["an object", { kid: "a" }],
    ["a list", [pair.kid]],
    ["a number", 7],
    ["the pool's", poolKid],
  ])("VER-09 is refused with a key id that is %s", (_what, kid) => requireRefused(forge({ kid })));

  test("VER-09 of two issuers each is read by its own keys alone", async () => {
    const issuers = readers["issuers"]!;
    expect(await issuers.read(ofCognito(), new Date())).toMatchObject({
      ...{ issuer: poolIssuer(pool), subject: "user", sessionId: "family" },
    });
    const ours = { iss: "tintype", aud: "tintype-api", sid: "session", jti: "j" };
    const wrong = [
      ofCognito(ours, ofPool.privateKey, { typ: "at+jwt" }),
      ofCognito({}, pair.privateKey, { kid: pair.kid }),
      ofCognito({ iss: "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_another" }),
      ofCognito({ iss: "__proto__" }),
      ofCognito({ iss: [poolIssuer(pool)] }),
      ofCognito({ token_use: "id", aud: "client" }),
      ofCognito({ client_id: "another" }),
      ...["", "a.b.c", "..", `${encoded({})}.${encoded(null)}.a`],
    ];
    for (const token of wrong) await expect(issuers.read(token, new Date())).rejects.toMatchObject(refusal);
  });

  test.each([{ iss: "else" }, { aud: "tintype-notestamp-api" }, { sid: undefined }, { exp: undefined }])(
    "JWT-05 is refused with %j",
    (change) => requireRefused(forge({}, byPair(pair.privateKey), change)),
  );

  test.each(["rt+jwt", "mfa+jwt", "JWT", undefined])("JWT-05 is refused with typ %s", (typ) =>
    requireRefused(forge({ typ })),
  );
});

describe("the public keys", () => {
  const [old, next] = [randomBytes(64), randomBytes(64)];
  const until = seconds(60);
  const rotated = tokensOf({ current: next, former: [{ key: old, until }] }, "es256");
  const ids = (...secrets: Buffer[]) => secrets.map((each) => keyPairOf(each).kid);
  const published = (when: Date) => rotated.publicKeys(when);

  test("VER-14 are those of the secrets in force, in every phase of a rotation, whatever signs", () => {
    for (const kind of ["hs256", "es256"] as const)
      expect(
        tokensOf(lone(old), kind)
          .publicKeys(at)
          .map(({ kid }) => kid),
      ).toEqual(ids(old));
    expect(published(at).map(({ kid }) => kid)).toEqual(ids(next, old));
    expect(published(seconds(60 + 599)).map(({ kid }) => kid)).toEqual(ids(next, old));
    expect(published(seconds(60 + 600)).map(({ kid }) => kid)).toEqual(ids(next));
  });

  test("VER-14 hold nothing but the public part, and an id by RFC 7638", () => {
    for (const key of [...published(at), ...tokensOf(lone(secret), "hs256").publicKeys(at)]) {
      expect(Object.keys(key).toSorted()).toEqual(["alg", "crv", "kid", "kty", "use", "x", "y"]);
      const canonical = `{"crv":"${key.crv}","kty":"${key.kty}","x":"${key.x}","y":"${key.y}"}`;
      const thumbprint = createHash("sha256").update(canonical).digest("base64url");
      expect(key).toMatchObject({ kty: "EC", alg: "ES256", use: "sig", kid: thumbprint.slice(0, 16) });
    }
  });

  test("VER-13 a key is published before it signs, longer than a cache keeps the set", () => {
    const kidAt = (when: Date) => jwt.decode(rotated.access(holder, when), { complete: true })!.header.kid;
    expect([kidAt(seconds(59)), kidAt(until)]).toEqual(ids(old, next));
    expect(published(at).map(({ kid }) => kid)).toContain(kidAt(until)); // a minute before
  });
});

test("VER-13 a rotation, one that is undone, and another algorithm refuse no token", async () => {
  const [old, undone, next] = [randomBytes(64), randomBytes(64), randomBytes(64)];
  /** What a process has that was last restarted then: a rotation is undone at 30, and repeated at 40. */
  function ringAt(second: number): Keyring<Buffer> {
    if (second < 10) return lone(old);
    if (second < 30) return { current: undone, former: [{ key: old, until: seconds(70) }] };
    if (second < 40) return lone(old);
    return { current: next, former: [{ key: old, until: seconds(100) }] };
  }
  const kindAt = (second: number) => (second >= 130 && second < 160 ? "es256" : "hs256");
  /** Processes restart one after the other, within 10 seconds. */
  const process = (second: number, delay: number, kind?: "es256") =>
    tokensOf(ringAt(second - delay), kind ?? kindAt(second - delay));
  let second = 0;
  let asked = 0;
  const published = await keySource((response) => {
    asked += 1; // a balancer asks one process after the other
    asJson({ keys: process(second, asked % 2 === 0 ? 0 : 9, "es256").publicKeys(seconds(second)) })(response);
  });
  const verifiers = [0, 1, 2].map(() =>
    accessTokensByKeySet(
      keySet({ url: published.url, clock: () => second * 1000, onFault: () => undefined }),
    ),
  );
  const signed: string[] = [];
  let verified = 0;
  for (; second < 200; second += 1) {
    const now = seconds(second);
    for (const delay of [0, 9]) {
      // By key pairs all the time, for those who have the public keys alone.
      signed.push(process(second, delay, "es256").access(holder, now));
      const earlier = signed[Math.max(0, signed.length - 90)]!;
      for (const verifier of verifiers)
        for (const token of [signed.at(-1)!, earlier]) {
          await verifier.read(token, now);
          verified += 1;
        }
      // By either, for the processes themselves.
      const other = process(second, 9 - delay);
      expect(other.readAccess(process(second, delay).access(holder, now), now).subject).toBe("account");
    }
  }
  expect(verified).toBe(200 * 2 * 3 * 2);
  await published.close();
});
