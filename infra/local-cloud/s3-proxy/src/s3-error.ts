import { randomBytes } from "node:crypto";

/** A refusal as S3 words it: the HTTP status, S3's code and message, and further elements of the error document. */
export class S3Error extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly details: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.name = "S3Error";
  }
}

/** 403 AccessDenied, S3's answer to a caller who may not know more. */
export function accessDenied(message = "Access Denied", details: Record<string, string> = {}): S3Error {
  return new S3Error(403, "AccessDenied", message, details);
}

/** The request id that S3 gives every answer. */
export const newRequestId = () => randomBytes(8).toString("hex").toUpperCase();

/** The error document of https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html. */
export function errorDocument(error: S3Error, resource: string, requestId: string): string {
  const elements = {
    Code: error.code,
    Message: error.message,
    ...error.details,
    Resource: resource,
    RequestId: requestId,
    HostId: "local",
  };
  return xmlDocument("Error", elements);
}

/** A flat XML document: one element for each field. */
export function xmlDocument(root: string, elements: Record<string, string>): string {
  const inner = Object.entries(elements).map(([name, value]) => `<${name}>${escapeXml(value)}</${name}>`);
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}>${inner.join("")}</${root}>`;
}

function escapeXml(text: string): string {
  return text.replace(/[<>&"'\r]/g, (character) => `&#${character.charCodeAt(0)};`);
}
