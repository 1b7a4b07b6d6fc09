import type { Callers } from "./caller.ts";
import { checkChecksums } from "./checksums.ts";
import { type Credential, knownSecret, parseCredential } from "./credential.ts";
import { type PostForm, parsePostForm } from "./post-form.ts";
import { checkPolicy, parsePolicy } from "./post-policy.ts";
import type { S3Request } from "./request.ts";
import type { SignedBy } from "./rights.ts";
import { S3Error, accessDenied } from "./s3-error.ts";
import { signingAlgorithm, checkSignature, signer } from "./sigv4.ts";
import { type UpstreamRequest, routingHeader } from "./upstream.ts";

/** An upload by form that its policy allows, as the PUT that stores it. */
export interface PostedObject {
  readonly bucket: string;
  readonly key: string;
  readonly fields: ReadonlyMap<string, string>;
  readonly signedBy: SignedBy;
  readonly put: UpstreamRequest;
}

/** Verifies signature and policy of an upload by form; throws the refusal. */
export async function verifyPostObject(
  request: S3Request,
  body: Buffer,
  { secretFor, now }: Callers,
): Promise<PostedObject> {
  const form = await parsePostForm(request, body);
  const bucket = request.path.split("/")[1] ?? "";
  const policy = form.fields.get("policy");
  if (policy === undefined) throw accessDenied();
  const key = field(form, "key");
  const credential = await checkPolicySignature(form, policy, secretFor);
  // The bucket is that of the URL whatever the form says, and a policy that does not name it allows nothing.
  const fields = new Map([...form.fields, ["bucket", bucket]]);
  checkPolicy(parsePolicy(policy), fields, form.file.length, now());
  const put = putRequest(`/${bucket}/${key}`, form, credential.text);
  await checkChecksums(put.headers, put.body);
  const sessionToken = form.fields.get("x-amz-security-token");
  return { bucket, key, fields, signedBy: { accessKeyId: credential.accessKeyId, sessionToken }, put };
}

async function checkPolicySignature(
  form: PostForm,
  policy: string,
  secretFor: Callers["secretFor"],
): Promise<Credential> {
  const amzDate = field(form, "x-amz-date");
  const credential = parseCredential(field(form, "x-amz-credential"), amzDate);
  if (!credential || field(form, "x-amz-algorithm") !== signingAlgorithm) {
    throw new S3Error(
      400,
      "InvalidArgument",
      `The form needs the algorithm ${signingAlgorithm} and a credential for S3.`,
    );
  }
  const token = form.fields.get("x-amz-security-token");
  const secret = await knownSecret(secretFor, credential.accessKeyId, token);
  checkSignature(signer(credential, secret, amzDate), policy, field(form, "x-amz-signature"));
  return credential;
}

function field(form: PostForm, name: string): string {
  const value = form.fields.get(name);
  if (value) return value;
  throw new S3Error(
    400,
    "InvalidArgument",
    `Bucket POST must contain a field named '${name}'.  If it is specified, please check the order of the fields.`,
    { ArgumentName: name, ArgumentValue: "" },
  );
}

/** Fields that become headers of the object under their own name. */
const objectHeader =
  /^(cache-control|content-(type|disposition|encoding)|expires|x-amz-(checksum-.+|meta-.+|server-side-encryption.*|storage-class|website-redirect-location))$/;

function putRequest(path: string, form: PostForm, credential: string): UpstreamRequest {
  if (form.fields.has("tagging")) {
    throw new S3Error(501, "NotImplemented", "The local S3 does not take the field tagging.");
  }
  const acl = form.fields.get("acl");
  const headers = new Map([
    ["content-type", "binary/octet-stream"],
    ...[...form.fields].filter(([name]) => objectHeader.test(name)),
    ...(acl === undefined ? [] : [["x-amz-acl", acl] as const]),
    routingHeader(credential),
  ]);
  const target = path.split("/").map(encodeURIComponent).join("/");
  return { method: "PUT", target, headers, body: form.file };
}
