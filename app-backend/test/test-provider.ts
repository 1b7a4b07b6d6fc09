import { createHash, generateKeyPairSync, type KeyObject, randomUUID, sign } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

export const clientId = "tintype";
export const clientSecret = "a-client-secret";

/** What a token of a test says otherwise than it should. */
export interface Forgery {
  readonly header?: object;
  /** An undefined claim is left out. */
  readonly claims?: Readonly<Record<string, unknown>>;
  /** The signature of header and claims, instead of the provider's. */
  readonly sign?: (signed: string) => string;
}

export interface Person {
  readonly sub: string;
  readonly email?: unknown;
  readonly email_verified?: unknown;
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

export type TestProvider = Awaited<ReturnType<typeof startProvider>>;

/** A provider of OpenID Connect on this machine that can be made to lie, hang or be away. */
export async function startProvider() {
  let keys = newKeys();
  let forgery: Forgery = {};
  const faults = new Map<string, Answer>();
  const asked: string[] = [];
  const codes = new Map<string, { person: Person; nonce: string; challenge: string }>();
  const subjects = new Map<string, string>();
  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const metadata = {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    userinfo_endpoint: `${issuer}/userinfo`,
    jwks_uri: `${issuer}/keys`,
    response_types_supported: ["code"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["RS256"],
    authorization_response_iss_parameter_supported: true,
  };

  function newKeys() {
    return { id: randomUUID(), ...generateKeyPairSync("rsa", { modulusLength: 2048 }) };
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path = ""] = (request.url ?? "").split("?");
    asked.push(path);
    const fault = faults.get(path);
    if (fault) return fault(request, response);
    const json = (value: object, status = 200) =>
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
    if (path === "/.well-known/openid-configuration") return void json(metadata);
    if (path === "/keys") return void json({ keys: [jwkOf(keys.publicKey, keys.id)] });
    if (path === "/userinfo") {
      const token = request.headers.authorization?.replace("Bearer ", "") ?? "";
      return void json({ sub: subjects.get(token) });
    }
    if (path !== "/token") return void json({}, 404);
    const form = new URLSearchParams(await text(request));
    const basic = request.headers.authorization?.replace("Basic ", "") ?? "";
    const [id, secret] = Buffer.from(basic, "base64").toString().split(":").map(decodeURIComponent);
    if (id !== clientId || secret !== clientSecret) return void json({ error: "invalid_client" }, 401);
    const code = form.get("code") ?? "";
    const granted = codes.get(code);
    codes.delete(code);
    const verifier = createHash("sha256")
      .update(form.get("code_verifier") ?? "")
      .digest("base64url");
    if (granted?.challenge !== verifier) return void json({ error: "invalid_grant" }, 400);
    const accessToken = randomUUID();
    subjects.set(accessToken, granted.person.sub);
    json({ access_token: accessToken, token_type: "Bearer", expires_in: 60, id_token: idToken(granted) });
  }

  function idToken({ person, nonce }: { person: Person; nonce: string }): string {
    const iat = Math.floor(Date.now() / 1000);
    const header = { alg: "RS256", kid: keys.id, ...forgery.header };
    const claims = { iss: issuer, aud: clientId, iat, exp: iat + 300, nonce, ...person, ...forgery.claims };
    const encoded = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"));
    const signed = encoded.join(".");
    return `${signed}.${(forgery.sign ?? signedBy(keys.privateKey))(signed)}`;
  }

  return {
    issuer,
    /** The paths that were asked for. */
    asked,
    /** Where the browser comes back to when a person has signed in at the page that it was sent to. */
    signIn(page: string, person: Person): URL {
      const { searchParams: sent } = new URL(page);
      const code = randomUUID();
      const { state, nonce, redirect_uri: back, code_challenge: challenge } = Object.fromEntries(sent);
      codes.set(code, { person, nonce: nonce!, challenge: challenge! });
      const url = new URL(back!);
      url.search = String(new URLSearchParams({ code, state: state!, iss: issuer }));
      return url;
    },
    forge: (next: Forgery) => void (forgery = next),
    rotateKeys: () => void (keys = newKeys()),
    /** Has a path answered by `fault`; undefined: as it should be. */
    fail: (path: string, fault?: Answer) => void (fault ? faults.set(path, fault) : faults.delete(path)),
    metadata,
    /** The public key as text, which is known to all. */
    publicKey: () => keys.publicKey.export({ type: "spki", format: "pem" }) as string,
    close(): void {
      server.closeAllConnections();
      server.close();
    },
  };
}

export function signedBy(key: KeyObject): (signed: string) => string {
  return (signed) => sign("sha256", Buffer.from(signed), key).toString("base64url");
}

function jwkOf(key: KeyObject, kid: string): object {
  return { ...key.export({ format: "jwk" }), kid, alg: "RS256", use: "sig" };
}
