import type { Answer, Call } from "./call.ts";
import { ApiError } from "./refusal.ts";

export const namespace = 'xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"';

export const xml = (status: number, body: string, headers: Record<string, string> = {}): Answer => ({
  status,
  headers: { "content-type": "text/xml", ...headers },
  body: `<?xml version="1.0" encoding="UTF-8"?>\n${body}`,
});

export const noContent: Answer = { status: 204, headers: {}, body: "" };

/** Throws unless the caller changes the version that it read: https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_UpdateDistribution.html */
export function requireMatch({ headers }: Call, etag: string): void {
  const given = headers.get("if-match");
  if (given === undefined) {
    const message = "The If-Match version is missing or not valid for the resource.";
    throw new ApiError("InvalidIfMatchVersion", message);
  }
  if (given === etag) return;
  throw new ApiError("PreconditionFailed", "The If-Match version is not the current one.", 412);
}
