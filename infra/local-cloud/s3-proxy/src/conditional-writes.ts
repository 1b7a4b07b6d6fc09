import { type UpstreamRequest, send } from "./upstream.ts";
import { type S3Request, parameter } from "./request.ts";
import { copySourceOf } from "./rights.ts";
import { S3Error } from "./s3-error.ts";

/**
 * Writes in turn, one at a time for each object: moto checks a condition first and writes later. The conditions are:
 * - `If-None-Match: *`, which S3 takes only where nothing is yet, and `If-Match`, over the object of that ETag; it knows no
 *   other values: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 * - `x-amz-copy-source-if-match`, which moto does not know; the turn is then that of the source:
 *   https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
 */
export function conditionalWrites(upstream: URL) {
  const last = new Map<string, Promise<unknown>>();

  return async function inTurn<Answer>(
    request: S3Request,
    passedOn: UpstreamRequest,
    write: () => Promise<Answer>,
  ): Promise<Answer> {
    const { method, headers } = request;
    if (method !== "PUT" || parameter(request, "uploadId") !== undefined) return write();
    const [absent, present] = [headers.get("if-none-match"), headers.get("if-match")];
    if (absent !== undefined && (absent !== "*" || present !== undefined))
      throw notImplemented("If-None-Match");
    if (present !== undefined && !/^"?[\da-f]{32}(-\d+)?"?$/.test(present)) throw notImplemented("If-Match");
    const source = headers.has("x-amz-copy-source-if-match") ? headers.get("x-amz-copy-source") : undefined;
    const path = source === undefined ? request.path : copySourceOf(source).path;
    const turn = async () => {
      if (source !== undefined) await requireSource(upstream, passedOn, source);
      return write();
    };
    const mine = (last.get(path) ?? Promise.resolve()).then(turn, turn);
    last.set(path, mine);
    try {
      return await mine;
    } finally {
      if (last.get(path) === mine) last.delete(path);
    }
  };
}

async function requireSource(upstream: URL, { headers }: UpstreamRequest, source: string): Promise<void> {
  const authorization = [...headers].filter(([name]) => name === "authorization");
  const target = source.startsWith("/") ? source : `/${source}`;
  const asked = { method: "HEAD", target, headers: new Map(authorization), body: Buffer.alloc(0) };
  const answer = await send(upstream, asked);
  answer.resume();
  const bare = (tag: string | undefined) => tag?.replaceAll('"', "");
  const expected = bare([...headers].find(([name]) => name === "x-amz-copy-source-if-match")?.[1]);
  if (answer.statusCode === 200 && bare(answer.headers.etag) !== expected) throw preconditionFailed();
}

const preconditionFailed = () =>
  new S3Error(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold", {
    Condition: "x-amz-copy-source-If-Match",
  });

const notImplemented = (Header: string) =>
  new S3Error(501, "NotImplemented", "A header you provided implies functionality that is not implemented", {
    Header,
  });
