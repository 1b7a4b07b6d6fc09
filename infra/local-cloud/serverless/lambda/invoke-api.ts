import { randomUUID } from "node:crypto";
import type { LambdaRunner } from "./runner.ts";

export interface InvokeRequest {
  /** A name, `NAME:QUALIFIER`, or an ARN. */
  readonly functionName: string;
  readonly qualifier: string | undefined;
  /** `RequestResponse`, `Event` or `DryRun`; the value of `x-amz-invocation-type`. */
  readonly invocationType: string | undefined;
  readonly payload: string;
}

export interface InvokeResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Undefined unless it is the path of Invoke: `/2015-03-31/functions/NAME/invocations`. */
export function invokedFunction(path: string): string | undefined {
  const name = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(path)?.[1];
  return name === undefined ? undefined : decodeURIComponent(name);
}

/** Lambda's Invoke: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html. `LogType=Tail` is not answered. */
export function invokeApi(runner: LambdaRunner, { region, account }: { region: string; account: string }) {
  return async function invoke(request: InvokeRequest): Promise<InvokeResponse> {
    const { functionName, qualifier, payload, invocationType = "RequestResponse" } = request;
    const base = functionName.startsWith("arn:")
      ? functionName
      : `arn:aws:lambda:${region}:${account}:function:${functionName.replace(/^\d+:function:/, "")}`;
    const arn = qualifier === undefined ? base : `${base}:${qualifier}`;
    if (!isJson(payload)) {
      return refusal(400, "InvalidRequestContentException", "Could not parse request body into json");
    }
    const event = payload === "" ? "{}" : payload;
    if (invocationType === "Event") {
      const accepted = await runner.invokeAsync(arn, event);
      return accepted === "accepted" ? answer(202, "") : refused(accepted, arn);
    }
    if (invocationType !== "RequestResponse") {
      return refusal(400, "InvalidParameterValueException", `Unsupported invocation type ${invocationType}`);
    }
    const result = await runner.invoke(arn, event);
    if (result.kind !== "ran") return refused(result.kind, arn);
    return answer(200, result.payload, result.failed ? { "x-amz-function-error": "Unhandled" } : {});
  };
}

function isJson(payload: string): boolean {
  try {
    if (payload !== "") JSON.parse(payload);
    return true;
  } catch {
    return false;
  }
}

function refused(kind: "throttled" | "tooLarge" | "notFound", arn: string): InvokeResponse {
  if (kind === "notFound") {
    return refusal(404, "ResourceNotFoundException", `Function not found: ${arn}`, { Type: "User" });
  }
  if (kind === "tooLarge") {
    return refusal(413, "RequestTooLargeException", "The payload is larger than the invocation type takes.");
  }
  const Reason = "ReservedFunctionConcurrentInvocationLimitExceeded";
  return refusal(429, "TooManyRequestsException", "Rate Exceeded.", { Reason, Type: "User" });
}

const refusal = (status: number, type: string, message: string, details: object = {}): InvokeResponse =>
  answer(status, JSON.stringify({ ...details, message }), { "x-amzn-errortype": type });

const answer = (status: number, body: string, headers: Record<string, string> = {}): InvokeResponse => ({
  status,
  headers: { "content-type": "application/json", "x-amzn-requestid": randomUUID(), ...headers },
  body,
});
