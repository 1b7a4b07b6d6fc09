import type { IncomingMessage } from "node:http";
import type { S3Request } from "../../s3-proxy/src/request.ts";

/** Who signed a call: a role, or the operator if `role` is undefined. */
export interface Caller {
  readonly role: string | undefined;
}

/** One call of an AWS API, its signature verified. */
export interface Call extends S3Request {
  /** Percent-encoded as received, without the query. */
  readonly rawPath: string;
  readonly body: Buffer;
  /** As the signature's scope names it: `dynamodb`, `cognito-idp`, ... */
  readonly service: string;
  readonly region: string;
  /** The operation of a JSON or Query protocol; undefined if the path is the operation. */
  readonly action: string | undefined;
  /** Undefined for a call that AWS takes unsigned. */
  readonly caller: Caller | undefined;
  /** Whether no one waits for the answer any more. */
  readonly isAbandoned?: (() => boolean) | undefined;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | string;
}

/** Sends a call to the emulator. */
export type Forward = (call: Call) => Promise<Answer>;

export type Json = Record<string, unknown>;

/** The body as a JSON object; empty if it is none. */
export function jsonOf({ body }: Pick<Call | Answer, "body">): Json {
  try {
    const value: unknown = JSON.parse(body.toString());
    return typeof value === "object" && value !== null ? (value as Json) : {};
  } catch {
    return {};
  }
}

export const withJson = (call: Call, json: Json): Call => ({
  ...call,
  body: Buffer.from(JSON.stringify(json)),
});

/** The same call with another action and body, as of the operator. */
export function otherAction(call: Call, action: string, json: Json): Call {
  const [prefix = ""] = call.headers.get("x-amz-target")?.split(".") ?? [];
  const headers = new Map([...call.headers, ["x-amz-target", `${prefix}.${action}`]]);
  return withJson({ ...call, action, headers }, json);
}

/** `Service_20120810.GetItem` of the header, or `Action=GetItem` of a form. */
export function actionOf(message: IncomingMessage, body: Buffer): string | undefined {
  const target = message.headers["x-amz-target"];
  if (typeof target === "string") return target.split(".").at(-1);
  const isForm = message.headers["content-type"]?.startsWith("application/x-www-form-urlencoded") ?? false;
  return (isForm && new URLSearchParams(body.toString()).get("Action")) || undefined;
}
