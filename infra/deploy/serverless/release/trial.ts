import { randomUUID } from "node:crypto";
import { InvokeCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import { printable } from "../../../cli/printable.ts";
import { UserError } from "../../../cli/user-error.ts";
import { proofHeader, viewerHeader } from "../../../src/constructs/serverless/edge-functions.ts";
import type { FunctionName } from "../outputs.ts";
import { retried, type RetryProps } from "./retry.ts";

/** Why a version must not serve. */
class TrialFailed extends Error {}

export interface Trial {
  readonly functionName: string;
  readonly version: string;
  readonly event: object;
  /** A status of HTTP is expected. */
  readonly answersHttp: boolean;
  /** The version serves already. */
  readonly serves: boolean;
}

/** What a version is asked before it serves: the API whether it is ready, the others whether they can work. */
export function trialOf(
  name: FunctionName,
  {
    functionName,
    version,
    host,
    proof,
    serves,
  }: Pick<Trial, "functionName" | "version" | "serves"> & { readonly host: string; readonly proof: string },
): Trial {
  const isApi = name === "api";
  return {
    functionName,
    version,
    serves,
    answersHttp: isApi,
    event: isApi ? readyEvent(host, proof) : { trial: true },
  };
}

/** A request for `/api/ready` as the HTTP API would pass it on (payload format 2.0). */
function readyEvent(host: string, proof: string): object {
  const path = "/api/ready";
  const at = new Date();
  const userAgent = "tintype-deploy";
  return {
    version: "2.0",
    routeKey: "$default",
    rawPath: path,
    rawQueryString: "",
    headers: { host, [proofHeader]: proof, [viewerHeader]: "127.0.0.1", "user-agent": userAgent },
    requestContext: {
      accountId: "anonymous",
      apiId: "trial",
      domainName: host,
      domainPrefix: "trial",
      http: { method: "GET", path, protocol: "HTTP/1.1", sourceIp: "127.0.0.1", userAgent },
      requestId: randomUUID(),
      routeKey: "$default",
      stage: "$default",
      time: at.toUTCString(),
      timeEpoch: at.getTime(),
    },
    isBase64Encoded: false,
  };
}

/** A function runs no longer: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const longestRunMs = 15 * 60_000;

/**
 * Invokes a version that serves no one yet. What passes by itself is waited for: rights and roles that have not reached
 * all of AWS, and invocations that leave no room for another, such as a job. Throws a UserError with the reason in one line.
 */
export async function tryVersion(
  client: LambdaClient,
  trial: Trial,
  {
    onBusy = () => {},
    ...clock
  }: Pick<RetryProps, "now" | "sleep"> & {
    /** Called each time a trial waits for the function's other invocations. */
    readonly onBusy?: () => void;
  } = {},
): Promise<void> {
  const withinMs = (error: unknown) => (isBusy(error) ? longestRunMs : 60_000);
  function passes(error: unknown): boolean {
    if (isBusy(error)) onBusy();
    return isTransient(error) && !(isBusy(error) && trial.serves);
  }
  try {
    await retried(() => invoke(client, trial), { ...clock, withinMs, isTransient: passes });
  } catch (error) {
    if (isBusy(error)) {
      if (trial.serves) return;
      throw new UserError(
        `Version ${trial.version} of ${trial.functionName} could not be tried, and does not serve: for 15 minutes the function ` +
          "ran as often at once as it may. Deploy again when that has ended.",
      );
    }
    if (!(error instanceof TrialFailed)) throw error;
    throw new UserError(
      `Version ${trial.version} of ${trial.functionName} does not work, and does not serve: ${error.message}`,
    );
  }
}

async function invoke(
  client: LambdaClient,
  { functionName, version, event, answersHttp }: Trial,
): Promise<void> {
  const { FunctionError, Payload } = await client.send(
    new InvokeCommand({ FunctionName: functionName, Qualifier: version, Payload: JSON.stringify(event) }),
  );
  const text = Payload?.transformToString() ?? "";
  if (FunctionError !== undefined) throw new TrialFailed(faultIn(text));
  if (!answersHttp) return;
  const { statusCode, body } = JSON.parse(text) as { statusCode?: number; body?: string };
  if (statusCode !== 200) throw new TrialFailed(`${statusCode} ${firstLine(body ?? "")}`);
}

function faultIn(payload: string): string {
  const { errorType = "", errorMessage = "" } = JSON.parse(payload) as Record<string, string>;
  return firstLine([errorType, errorMessage].filter((part) => part !== "").join(": "));
}

const firstLine = (text: string) => printable(text.split("\n")[0] ?? "").slice(0, 300);

const isBusy = (error: unknown) => (error as Error).name === "TooManyRequestsException";

/** https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors */
export function isTransient(error: unknown): boolean {
  const { name, message } = error as Error;
  if (error instanceof TrialFailed) return /AccessDenied|not authorized|^503 /.test(message);
  if (
    /^(ResourceConflict|ResourceNotReady|TooManyRequests|Service|KMSNotFound|KMSAccessDenied)Exception$/.test(
      name,
    )
  )
    return true;
  return /cannot be assumed/.test(message);
}
