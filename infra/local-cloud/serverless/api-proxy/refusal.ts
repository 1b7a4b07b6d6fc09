import { randomUUID } from "node:crypto";
import type { Answer } from "./call.ts";
import { xmlDocument } from "../../s3-proxy/src/s3-error.ts";

/** A refusal before it has its service's form. */
export class ApiError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status = 400,
  ) {
    super(message);
    this.name = "ApiError";
  }
}

export interface Asked {
  readonly service: string;
  /** Whether the call names its operation by `x-amz-target`, as the JSON protocols do. */
  readonly isJson: boolean;
}

const queryOrXml = new Set(["iam", "sts", "cloudfront", "monitoring", "sns", "autoscaling", "route53"]);

/** What the refusals of a signature are called in each protocol: [JSON, Query and XML]. */
const signatureCodes: Record<string, readonly [string, string]> = {
  SignatureDoesNotMatch: ["InvalidSignatureException", "SignatureDoesNotMatch"],
  RequestTimeTooSkewed: ["InvalidSignatureException", "SignatureDoesNotMatch"],
  InvalidAccessKeyId: ["UnrecognizedClientException", "InvalidClientTokenId"],
  InvalidToken: ["UnrecognizedClientException", "InvalidClientTokenId"],
  AccessDenied: ["IncompleteSignatureException", "IncompleteSignature"],
  InvalidRequest: ["IncompleteSignatureException", "IncompleteSignature"],
  AuthorizationHeaderMalformed: ["IncompleteSignatureException", "IncompleteSignature"],
};

/** The refusal of a signature, from the code that S3 has for it. */
export function signatureRefusal(code: string, message: string, asked: Asked): ApiError {
  const xml = usesXml(asked);
  const known = signatureCodes[code]?.[xml ? 1 : 0];
  return new ApiError(known ?? code, message, asked.isJson ? 400 : 403);
}

/** 403 in the service's own words: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html */
export function accessDenied(message: string, asked: Asked): ApiError {
  if (asked.service === "ec2") return new ApiError("UnauthorizedOperation", message, 403);
  return new ApiError(
    usesXml(asked) ? "AccessDenied" : "AccessDeniedException",
    message,
    asked.isJson ? 400 : 403,
  );
}

const usesXml = ({ service, isJson }: Asked) => !isJson && (service === "ec2" || queryOrXml.has(service));

/** A refusal in the wire form of its service. */
export function refusalAnswer({ code, message, status }: ApiError, asked: Asked): Answer {
  const requestId = randomUUID();
  if (asked.service === "ec2" && !asked.isJson) {
    return xml(
      status,
      requestId,
      `<Response><Errors>${inner({ Code: code, Message: message })}</Errors>`,
      "Response",
    );
  }
  if (usesXml(asked)) {
    const error = inner({ Type: "Sender", Code: code, Message: message });
    return xml(status, requestId, `<ErrorResponse>${error}`, "ErrorResponse");
  }
  const headers = {
    "content-type": asked.isJson ? jsonType(asked.service) : "application/json",
    "x-amzn-requestid": requestId,
    "x-amzn-errortype": code,
  };
  const type = asked.service === "dynamodb" ? `com.amazonaws.dynamodb.v20120810#${code}` : code;
  return { status, headers, body: JSON.stringify({ __type: type, message, Message: message }) };
}

export const jsonType = (service: string) =>
  service === "dynamodb" ? "application/x-amz-json-1.0" : "application/x-amz-json-1.1";

const inner = (fields: Record<string, string>) => xmlDocument("Error", fields).replace(/^<\?xml[^>]*>\n/, "");

function xml(status: number, requestId: string, opening: string, root: string): Answer {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n${opening}<RequestId>${requestId}</RequestId></${root}>`;
  return { status, headers: { "content-type": "text/xml" }, body };
}
