import type { Json } from "./api-proxy/call.ts";
import type { UserPlane } from "./api-proxy/cognito.ts";
import { type ControlPlane, controlPlaneBehind } from "./cognito/control-plane.ts";
import type { Mail } from "./cognito/mail.ts";
import { cognitoUserPlane } from "./cognito/user-plane.ts";
import type { Jwks } from "./http-api/jwt-authorizer.ts";

export interface UserPlanesProps {
  /** The emulator that keeps pools and clients, and believes any signature. */
  readonly moto: URL;
  readonly now: () => Date;
}

/** A mail that no one receives: an operator reads it here. */
export interface SentMail {
  readonly at: string;
  readonly poolId: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly purpose: Mail["purpose"];
}

interface Plane extends ControlPlane {
  readonly call: ReturnType<typeof cognitoUserPlane>;
}

const keptMails = 1000;
const service = "AWSCognitoIdentityProviderService";

/** Cognito's user plane in each region that is used. An unsigned call names no region: it goes where its client or token is. */
export function userPlanes({ moto, now }: UserPlanesProps) {
  const planes = new Map<string, Plane>();
  const mails: SentMail[] = [];

  async function keep({ poolId, to, subject, text, purpose }: Mail): Promise<void> {
    mails.push({ at: now().toISOString(), poolId, to, subject, text, purpose });
    if (mails.length > keptMails) mails.shift();
  }

  function planeIn(region: string): Plane {
    const found = planes.get(region);
    if (found !== undefined) return found;
    const control = controlPlaneBehind((action, input) => send(region, action, input));
    const plane = { ...control, call: cognitoUserPlane({ region, ...control, mail: keep, now }) };
    planes.set(region, plane);
    return plane;
  }

  async function send(region: string, action: string, input: object) {
    const scope = `local/20260101/${region}/cognito-idp/aws4_request`;
    const answer = await fetch(moto, {
      method: "POST",
      headers: {
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": `${service}.${action}`,
        authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=unchecked`,
      },
      body: JSON.stringify(input),
    });
    return { status: answer.status, body: await answer.text() };
  }

  async function planeOf(input: Json): Promise<Plane> {
    const issuer = /^https:\/\/cognito-idp\.([a-z\d-]+)\./.exec(String(issuerIn(input["AccessToken"])))?.[1];
    if (issuer !== undefined) return planeIn(issuer);
    for (const plane of planes.values()) {
      if ((await plane.describeClient(String(input["ClientId"]))) !== undefined) return plane;
    }
    return planeIn("us-east-1");
  }

  const answer: UserPlane = async (action, input, caller, region) => {
    const plane = caller === undefined ? await planeOf(input) : planeIn(region);
    const kind = caller === undefined ? "anonymous" : caller.role === undefined ? "operator" : "role";
    const given = await plane.call(action, JSON.stringify(input), { kind });
    if (given === undefined) throw new Error(`${action} is not one of the user plane`);
    return { status: given.status, body: JSON.parse(given.body) };
  };

  /** The answer to a request without an action, such as that for a pool's keys; undefined for any other. */
  async function http(request: { method: string; path: string; body: string }, isOperator: boolean) {
    const region = /^\/([a-z\d-]+)_/.exec(request.path)?.[1];
    const plane = planeIn(region ?? "us-east-1");
    return plane.call.http(request, { kind: isOperator ? "operator" : "anonymous" });
  }

  return {
    answer,
    http,
    /** A region whose pools may be asked for by unsigned calls. */
    used: (region: string) => void planeIn(region),
    /** The keys of an issuer; an Error if it is no pool of this cloud. */
    async jwks(issuer: string): Promise<Jwks> {
      const poolId = issuer.split("/").at(-1)!;
      const path = `/${poolId}/.well-known/jwks.json`;
      const given = await http({ method: "GET", path, body: "" }, false);
      if (given?.status !== 200) throw new Error(`There is no pool ${poolId}`);
      return JSON.parse(given.body) as Jwks;
    },
    mails: () => mails,
  };
}

function issuerIn(token: unknown): unknown {
  if (typeof token !== "string") return undefined;
  try {
    return (JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as Json)["iss"];
  } catch {
    return undefined;
  }
}
