import { type S3Request, parameter } from "./request.ts";
import { S3Error } from "./s3-error.ts";

/** One right that a request needs. */
export interface S3Right {
  readonly action: string;
  /** An ARN; `*` if the action has no resource. */
  readonly resource: string;
  /** Values of condition keys. */
  readonly context: Readonly<Record<string, string>>;
}

/** Whose credentials signed a request. */
export interface SignedBy {
  readonly accessKeyId: string;
  readonly sessionToken: string | undefined;
}

/** Why the signer may not do that, in the words of S3; undefined if it may. The policy is that of the bucket, as JSON. */
export type DenialOf = (
  by: SignedBy,
  right: S3Right,
  bucketPolicy: string | undefined,
) => Promise<string | undefined>;

/** Bucket and key of a path; no key is "". */
export function placeOf(path: string): { readonly bucket: string; readonly key: string } {
  const [, bucket = "", ...key] = path.split("/");
  return { bucket, key: key.join("/") };
}

export const bucketArn = (bucket: string) => `arn:aws:s3:::${bucket}`;

export function objectRight(name: string, bucket: string, key: string): S3Right {
  return { action: `s3:${name}`, resource: `${bucketArn(bucket)}/${key}`, context: {} };
}

/** What tells whether a caller may know that there is no such object. */
export const listRight = (bucket: string): S3Right => ({
  action: "s3:ListBucket",
  resource: bucketArn(bucket),
  context: {},
});

/**
 * The rights that a request needs, each of them; `headers` are those that are passed on. An operation that is not known here
 * needs an action of no name, which only a star allows. DeleteObjects needs none: S3 refuses each of its objects by itself.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
 */
export function rightsOf(request: S3Request, headers: ReadonlyMap<string, string>): S3Right[] {
  const { bucket, key } = placeOf(request.path);
  if (bucket === "") return [{ action: "s3:ListAllMyBuckets", resource: "*", context: {} }];
  if (isDeleteObjects(request)) return [];
  if (key !== "") return objectRights(request, headers, bucket, key);
  const context = listContext(request);
  const resource = bucketArn(bucket);
  return bucketActions(request).map((name) => ({ action: `s3:${name}`, resource, context }));
}

export const isDeleteObjects = (request: S3Request) =>
  request.method === "POST" &&
  placeOf(request.path).key === "" &&
  parameter(request, "delete") !== undefined &&
  subresources(request).length === 1;

function objectRights(
  request: S3Request,
  headers: ReadonlyMap<string, string>,
  bucket: string,
  key: string,
): S3Right[] {
  const version = parameter(request, "versionId") === undefined ? "" : "Version";
  const found = subresources(request);
  const names = found.map((sub) => objectAction(request.method, sub, version));
  if (found.length === 0) names.push(plainObjectAction(request.method, version));
  if (headers.has("x-amz-acl") || [...headers.keys()].some((name) => name.startsWith("x-amz-grant-")))
    names.push("PutObjectAcl");
  if (headers.has("x-amz-tagging")) names.push("PutObjectTagging");
  if (request.method === "PUT" && headers.has("if-match")) names.push("GetObject"); // it reveals the object's ETag
  const source = headers.get("x-amz-copy-source");
  return [
    ...names.map((name) => objectRight(name, bucket, key)),
    ...(source === undefined ? [] : [copiedRight(source)]),
  ];
}

function plainObjectAction(method: string, version: string): string {
  if (isRead(method)) return `GetObject${version}`;
  return method === "DELETE" ? `DeleteObject${version}` : "PutObject";
}

const ofObject: Readonly<Record<string, string>> = {
  acl: "Acl",
  attributes: "Attributes",
  "legal-hold": "LegalHold",
  retention: "Retention",
  tagging: "Tagging",
};

function objectAction(method: string, sub: string, version: string): string {
  if (sub === "uploadid" || sub === "uploads") return uploadActions[method] ?? "PutObject";
  const name = ofObject[sub];
  return name === undefined ? unknown(method, sub) : `${verbOf(method)}Object${version}${name}`;
}

const uploadActions: Readonly<Record<string, string>> = {
  GET: "ListMultipartUploadParts",
  DELETE: "AbortMultipartUpload",
};

const ofBucket: Readonly<Record<string, string>> = {
  acl: "BucketAcl",
  cors: "BucketCORS",
  encryption: "EncryptionConfiguration",
  lifecycle: "LifecycleConfiguration",
  location: "BucketLocation",
  ownershipcontrols: "BucketOwnershipControls",
  policy: "BucketPolicy",
  publicaccessblock: "BucketPublicAccessBlock",
  tagging: "BucketTagging",
  versioning: "BucketVersioning",
};

function bucketActions(request: S3Request): string[] {
  const { method } = request;
  const found = subresources(request);
  if (found.length === 0) {
    if (isRead(method)) return ["ListBucket"];
    return [method === "PUT" ? "CreateBucket" : method === "DELETE" ? "DeleteBucket" : "PutObject"];
  }
  return found.map((sub) => {
    if (sub === "versions" && isRead(method)) return "ListBucketVersions";
    if (sub === "uploads" && isRead(method)) return "ListBucketMultipartUploads";
    const name = ofBucket[sub];
    if (name === undefined) return unknown(method, sub);
    // What is deleted is set to nothing; a policy alone has an action of its own.
    return method === "DELETE" && sub !== "policy" ? `Put${name}` : `${verbOf(method)}${name}`;
  });
}

const isRead = (method: string) => method === "GET" || method === "HEAD";

const verbOf = (method: string) => (isRead(method) ? "Get" : method === "DELETE" ? "Delete" : "Put");

const unknown = (method: string, sub: string) => `${method}?${sub}`;

/** Names in lower case of the parameters that ask for something else than the object or a list of objects. */
function subresources({ query }: S3Request): string[] {
  return query.map(([name]) => name.toLowerCase()).filter((name) => !ordinary.test(name));
}

const ordinary =
  /^(x-amz-.*|x-id|response-.*|versionid|partnumber|list-type|prefix|delimiter|max-keys|max-uploads|marker|key-marker|version-id-marker|upload-id-marker|continuation-token|start-after|encoding-type|fetch-owner)$/;

function listContext(request: S3Request): Record<string, string> {
  return Object.fromEntries(
    ["prefix", "delimiter", "max-keys"].flatMap((name) => {
      const value = parameter(request, name);
      return value === undefined ? [] : [[`s3:${name}`, value]];
    }),
  );
}

function copiedRight(source: string): S3Right {
  const { path, isVersion } = copySourceOf(source);
  const { bucket, key } = placeOf(path);
  return objectRight(isVersion ? "GetObjectVersion" : "GetObject", bucket, key);
}

/** The decoded path of an object that is copied, from the value of `x-amz-copy-source`. */
export function copySourceOf(source: string): { readonly path: string; readonly isVersion: boolean } {
  const [path = "", version] = source.split("?");
  try {
    return {
      path: `/${decodeURIComponent(path).replace(/^\//, "")}`,
      isVersion: version !== undefined,
    };
  } catch {
    throw new S3Error(400, "InvalidArgument", "Invalid copy source encoding.");
  }
}
