import { S3Error } from "./s3-error.ts";
import { type Signer, checkSignature, sha256 } from "./sigv4.ts";

const emptyHash = sha256("");

export interface Unchunked {
  readonly body: Buffer;
  /** Lower-case names, without the trailer's own signature. */
  readonly trailers: ReadonlyMap<string, string>;
}

/** The start of a chain of chunk signatures: each is computed over the one before, the first over the request's. */
export interface Chain {
  readonly signer: Signer;
  readonly seed: string;
}

/**
 * Takes the aws-chunked framing off a body. With `chain`, each chunk and the trailers must carry their signature:
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
 */
export function decodeAwsChunked(wire: Buffer, chain?: Chain): Unchunked {
  const reader = createReader(wire);
  const seal = chain && createSeal(chain);
  const chunks: Buffer[] = [];
  for (;;) {
    const { size, signature } = parseChunkHead(reader.line());
    const data = reader.take(size);
    seal?.chunk(data, signature);
    if (size === 0) break;
    chunks.push(data);
    if (reader.line() !== "") throw incomplete();
  }
  return { body: Buffer.concat(chunks), trailers: readTrailers(reader, seal) };
}

function parseChunkHead(line: string) {
  const match = /^([0-9a-f]{1,12})(?:;chunk-signature=([0-9a-f]{64}))?$/i.exec(line);
  if (!match) throw incomplete();
  return { size: Number.parseInt(match[1] ?? "", 16), signature: match[2] ?? "" };
}

function readTrailers(reader: Reader, seal: Seal | undefined): Map<string, string> {
  const trailers = new Map<string, string>();
  for (let line = reader.line(); line !== ""; line = reader.line()) {
    const [name = "", ...value] = line.split(":");
    trailers.set(name.trim().toLowerCase(), value.join(":").trim());
  }
  const signature = trailers.get("x-amz-trailer-signature");
  trailers.delete("x-amz-trailer-signature");
  if (trailers.size > 0) seal?.trailers(trailers, signature ?? "");
  return trailers;
}

type Reader = ReturnType<typeof createReader>;

function createReader(wire: Buffer) {
  let at = 0;
  const take = (size: number) => {
    if (at + size > wire.length) throw incomplete();
    at += size;
    return wire.subarray(at - size, at);
  };
  const line = () => {
    const end = wire.indexOf("\r\n", at);
    if (end === -1) throw incomplete();
    const text = take(end - at).toString("latin1");
    take(2);
    return text;
  };
  return { take, line };
}

type Seal = ReturnType<typeof createSeal>;

function createSeal({ signer, seed }: Chain) {
  let previous = seed;
  const check = (algorithm: string, hashes: string[], signature: string) => {
    const text = [algorithm, signer.amzDate, signer.credential.scope, previous, ...hashes].join("\n");
    checkSignature(signer, text, signature);
    previous = signature;
  };
  return {
    chunk: (data: Buffer, signature: string) =>
      check("AWS4-HMAC-SHA256-PAYLOAD", [emptyHash, sha256(data)], signature),
    trailers: (trailers: ReadonlyMap<string, string>, signature: string) => {
      const lines = [...trailers].map(([name, value]) => `${name}:${value}\n`);
      check("AWS4-HMAC-SHA256-TRAILER", [sha256(lines.join(""))], signature);
    },
  };
}

const incomplete = () => new S3Error(400, "IncompleteBody", "The request body terminated unexpectedly");
