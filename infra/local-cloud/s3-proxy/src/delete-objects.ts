import type { ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import type { Payload } from "./payload.ts";
import type { S3Request } from "./request.ts";
import { type S3Right, objectRight, placeOf } from "./rights.ts";
import { S3Error, xmlDocument } from "./s3-error.ts";
import { send } from "./upstream.ts";

type Denial = (right: S3Right) => Promise<string | undefined>;

interface Named {
  readonly xml: string;
  readonly key: string;
  readonly versionId: string | undefined;
}

/**
 * Removes of a list of objects those that the caller may remove; the answer names each of the others:
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
 */
export async function deleteObjects(
  upstream: URL,
  request: S3Request & Payload,
  denial: Denial,
  response: ServerResponse,
): Promise<void> {
  const { kept, errors } = await parted(placeOf(request.path).bucket, request.body.toString(), denial);
  const passedOn = { ...request, headers: unsummed(request), body: Buffer.from(kept ?? "") };
  const given = kept === undefined ? undefined : await send(upstream, passedOn);
  const text = given === undefined ? noneDeleted : (await buffer(given)).toString();
  response.writeHead(given?.statusCode ?? 200, { "content-type": "application/xml" });
  response.end(withErrors(text, errors));
}

/** The list with the allowed objects alone, undefined if there are none; and an error for each of the others. */
async function parted(bucket: string, list: string, denial: Denial) {
  const named = objectsIn(list);
  const errors: string[] = [];
  let kept = list;
  for (const { xml, key, versionId } of named) {
    const action = versionId === undefined ? "DeleteObject" : "DeleteObjectVersion";
    const message = await denial(objectRight(action, bucket, key));
    if (message === undefined) continue;
    kept = kept.replace(xml, "");
    const version: Record<string, string> = versionId === undefined ? {} : { VersionId: versionId };
    errors.push(flat("Error", { Key: key, ...version, Code: "AccessDenied", Message: message }));
  }
  return { kept: errors.length === named.length ? undefined : kept, errors: errors.join("") };
}

/** Checksums were those of the body that came. */
const unsummed = ({ headers }: Payload) =>
  new Map([...headers].filter(([name]) => !/^(content-md5|x-amz-checksum-.+)$/.test(name)));

function objectsIn(text: string): Named[] {
  const found = [...text.matchAll(/<Object>([^]*?)<\/Object>/g)].map(([xml, inner = ""]) => ({
    xml,
    key: valueOf(inner, "Key") ?? "",
    versionId: valueOf(inner, "VersionId"),
  }));
  const keys = text.match(/<Key[\s>]/g)?.length;
  if (found.length > 0 && found.length === keys && found.every(({ key }) => key !== "")) return found;
  throw new S3Error(
    400,
    "MalformedXML",
    "The XML you provided was not well-formed or did not validate against our published schema",
  );
}

const entities: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };

function valueOf(xml: string, name: string): string | undefined {
  const text = new RegExp(`<${name}>([^]*?)</${name}>`).exec(xml)?.[1];
  return text?.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (whole, decimal, hex, word) => {
    const code = decimal ?? (hex === undefined ? undefined : Number.parseInt(hex, 16));
    return code === undefined ? (entities[word] ?? whole) : String.fromCodePoint(Number(code));
  });
}

const flat = (root: string, elements: Record<string, string>) =>
  xmlDocument(root, elements).replace(/^<\?xml[^>]*>\n/, "");

function withErrors(given: string, errors: string): string {
  const end = given.lastIndexOf("</DeleteResult>");
  return end < 0 ? given : given.slice(0, end) + errors + given.slice(end);
}

const noneDeleted =
  '<?xml version="1.0" encoding="UTF-8"?>\n<DeleteResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"></DeleteResult>';
