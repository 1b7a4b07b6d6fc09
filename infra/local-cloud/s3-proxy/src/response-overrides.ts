import type { IncomingMessage } from "node:http";
import { type S3Request, parameter } from "./request.ts";

const overridable = [
  "cache-control",
  "content-disposition",
  "content-encoding",
  "content-language",
  "content-type",
  "expires",
];

/**
 * The headers of a successful read that its `response-*` parameters replace. They were signed with the rest of the
 * query: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
 */
export function responseOverrides(request: S3Request, answer: IncomingMessage): Record<string, string> {
  const isRead = request.method === "GET" || request.method === "HEAD";
  if (!isRead || answer.statusCode === undefined || answer.statusCode >= 300) return {};
  return Object.fromEntries(
    overridable.flatMap((name) => {
      const value = parameter(request, `response-${name}`);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
