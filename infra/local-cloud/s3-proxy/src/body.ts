import type { IncomingMessage } from "node:http";
import { S3Error } from "./s3-error.ts";

/** Held in memory, because nothing may reach the store before all of it is verified. Objects of Tintype have 200 MiB at most. */
const maxBodyBytes = 208 * 1024 * 1024;

/** The whole body; rejects when the caller goes away in the middle of it. */
export async function readBody(message: IncomingMessage): Promise<Buffer> {
  refuseUnknownLength(message);
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of message) {
    bytes += chunk.length;
    if (bytes > maxBodyBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** S3 takes chunked transfer only where aws-chunked announces the length in a header of its own. */
function refuseUnknownLength({ headers }: IncomingMessage): void {
  if (headers["transfer-encoding"] === undefined) return;
  if (headers["x-amz-decoded-content-length"] !== undefined) return;
  throw new S3Error(411, "MissingContentLength", "You must provide the Content-Length HTTP header.");
}

const tooLarge = () =>
  new S3Error(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size", {
    MaxSizeAllowed: String(maxBodyBytes),
  });
