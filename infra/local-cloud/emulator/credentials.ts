import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

export interface TemporaryCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expires: Date;
}

export interface Credentials {
  readonly operator: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Credentials of a role, as an instance reads them from its metadata. Live for an hour. */
  issue(role: string): TemporaryCredentials;
  /** The secret that belongs to a key, or undefined where AWS would refuse the key or its token. */
  secretFor(accessKeyId: string, sessionToken: string | undefined): string | undefined;
  /** The role to which `issue` gave a token; undefined without one. Not a proof: `secretFor` verifies the token. */
  roleOf(sessionToken: string | undefined): string | undefined;
}

/** One operator and any number of roles. Nothing is stored: a token proves itself by its MAC. */
export function localCredentials(now: () => Date): Credentials {
  const key = randomBytes(32);
  const mac = (text: string) => createHmac("sha256", key).update(text).digest("base64url");
  const operator = {
    accessKeyId: `AKIA${randomBytes(8).toString("hex").toUpperCase()}`,
    secretAccessKey: randomBytes(30).toString("base64url"),
  };

  function issue(role: string): TemporaryCredentials {
    const accessKeyId = `ASIA${randomBytes(8).toString("hex").toUpperCase()}`;
    const expires = new Date(now().getTime() + 3_600_000);
    const claims = `${encodeURIComponent(role).replaceAll(".", "%2E")}.${expires.getTime()}`;
    const sessionToken = `${claims}.${mac(`token ${accessKeyId} ${claims}`)}`;
    return { accessKeyId, secretAccessKey: mac(`secret ${sessionToken}`), sessionToken, expires };
  }

  function secretFor(accessKeyId: string, sessionToken: string | undefined): string | undefined {
    if (accessKeyId === operator.accessKeyId) return operator.secretAccessKey;
    const [role, expires, proof] = sessionToken?.split(".") ?? [];
    if (role === undefined || expires === undefined || proof === undefined) return undefined;
    const expected = mac(`token ${accessKeyId} ${role}.${expires}`);
    if (!equal(proof, expected) || Number(expires) < now().getTime()) return undefined;
    return mac(`secret ${sessionToken}`);
  }

  const roleOf = (sessionToken: string | undefined) =>
    sessionToken === undefined ? undefined : decodeURIComponent(sessionToken.split(".")[0]!);

  return { operator, issue, secretFor, roleOf };
}

function equal(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}
