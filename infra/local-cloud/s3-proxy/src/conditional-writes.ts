import type { S3Request } from "./request.ts";
import { S3Error } from "./s3-error.ts";

/**
 * PUTs with `If-None-Match: *`, which S3 takes only where nothing is yet, and with `If-Match`, over the object of that ETag;
 * it knows no other values: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 * moto checks first and writes later, so that all of one object are let through one at a time.
 */
export function conditionalWrites() {
  const last = new Map<string, Promise<unknown>>();

  return async function inTurn<Answer>(
    { method, path, headers }: S3Request,
    write: () => Promise<Answer>,
  ): Promise<Answer> {
    if (method !== "PUT") return write();
    const [absent, present] = [headers.get("if-none-match"), headers.get("if-match")];
    if (absent !== undefined && (absent !== "*" || present !== undefined))
      throw notImplemented("If-None-Match");
    if (present !== undefined && !/^"?[\da-f]{32}(-\d+)?"?$/.test(present)) throw notImplemented("If-Match");
    const mine = (last.get(path) ?? Promise.resolve()).then(write, write);
    last.set(path, mine);
    try {
      return await mine;
    } finally {
      if (last.get(path) === mine) last.delete(path);
    }
  };
}

const notImplemented = (Header: string) =>
  new S3Error(501, "NotImplemented", "A header you provided implies functionality that is not implemented", {
    Header,
  });
