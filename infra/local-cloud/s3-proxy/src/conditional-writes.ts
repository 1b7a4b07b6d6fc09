import type { S3Request } from "./request.ts";
import { S3Error } from "./s3-error.ts";

/**
 * PUTs with `If-None-Match: *`, which S3 takes only where nothing is yet; it knows no other value:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 * moto checks first and writes later, so that those of one object are let through one at a time.
 */
export function conditionalWrites() {
  const last = new Map<string, Promise<unknown>>();

  return async function inTurn<Answer>(
    { method, path, headers }: S3Request,
    write: () => Promise<Answer>,
  ): Promise<Answer> {
    const condition = headers.get("if-none-match");
    if (method !== "PUT" || condition === undefined) return write();
    if (condition !== "*") throw notImplemented();
    const mine = (last.get(path) ?? Promise.resolve()).then(write, write);
    last.set(path, mine);
    try {
      return await mine;
    } finally {
      if (last.get(path) === mine) last.delete(path);
    }
  };
}

const notImplemented = () =>
  new S3Error(501, "NotImplemented", "A header you provided implies functionality that is not implemented", {
    Header: "If-None-Match",
  });
