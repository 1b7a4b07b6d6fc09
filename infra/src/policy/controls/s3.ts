import { type Control, control } from "../control.ts";
import { type Statement, statementsOf } from "../statements.ts";
import { attachedTo, type Block, blocks, type Resource, strings, type Synthesized } from "../synthesized.ts";

/** A control of every bucket, by what is attached to it. */
function bucket(
  id: string,
  title: string,
  type: string,
  holds: (attached: readonly Block[]) => boolean,
): Control {
  const attached = (resource: Resource, stack: Synthesized) => attachedTo(stack, type, "bucket", resource);
  return control(id, title, ["aws_s3_bucket"], (resource, stack) => holds(attached(resource, stack)));
}

function blocking(id: string, argument: string): Control {
  const title = `a bucket has ${argument}`;
  return bucket(id, title, "aws_s3_bucket_public_access_block", (found) =>
    found.some((block) => block[argument] === true),
  );
}

const algorithms = (found: readonly Block[]) =>
  found
    .flatMap(({ rule }) => blocks(rule))
    .flatMap((rule) => blocks(rule["apply_server_side_encryption_by_default"]))
    .map(({ sse_algorithm }) => String(sse_algorithm));

/** A rule for the whole bucket: without a filter, or with one that lets everything through. */
const holdsForAll = ({ filter, prefix }: Block) =>
  !prefix && blocks(filter).every((given) => !given["tag"] && !given["and"] && !given["prefix"]);

const enabledRules = (found: readonly Block[]) =>
  found.flatMap(({ rule }) => blocks(rule)).filter(({ status }) => status === "Enabled");

const statements = (found: readonly Block[]) => found.flatMap(({ policy }) => statementsOf(policy));
const isEverybody = ({ Principal }: Statement) =>
  Principal === "*" || strings((Principal as Block | undefined)?.["AWS"]).includes("*");

const deniesPlainHttp = (statement: Statement) =>
  statement.Effect === "Deny" &&
  isEverybody(statement) &&
  strings(statement.Action).includes("s3:*") &&
  String(statement.Condition?.["Bool"]?.["aws:SecureTransport"]) === "false" &&
  strings(statement.Resource).some((arn) => arn.endsWith(".arn}")) &&
  strings(statement.Resource).some((arn) => arn.endsWith(".arn}/*"));

const publicAcl = /^(public|authenticated)-/;

export const bucketControls: readonly Control[] = [
  blocking("CKV_AWS_53", "block_public_acls"),
  blocking("CKV_AWS_54", "block_public_policy"),
  blocking("CKV_AWS_55", "ignore_public_acls"),
  blocking("CKV_AWS_56", "restrict_public_buckets"),
  bucket(
    "CKV_AWS_19",
    "a bucket is encrypted",
    "aws_s3_bucket_server_side_encryption_configuration",
    (found) => algorithms(found).some((name) => /^(AES256|aws:kms(:dsse)?)$/.test(name)),
  ),
  bucket(
    "CKV_AWS_145",
    "a bucket is encrypted by a key of KMS",
    "aws_s3_bucket_server_side_encryption_configuration",
    (found) => algorithms(found).some((name) => name.startsWith("aws:kms")),
  ),
  bucket("CKV_AWS_21", "a bucket keeps versions", "aws_s3_bucket_versioning", (found) =>
    found
      .flatMap((each) => blocks(each["versioning_configuration"]))
      .some(({ status }) => status === "Enabled"),
  ),
  bucket(
    "CKV2_AWS_61",
    "a bucket has lifecycle rules",
    "aws_s3_bucket_lifecycle_configuration",
    (found) => enabledRules(found).length > 0,
  ),
  bucket(
    "CKV_AWS_300",
    "unfinished multipart uploads end by themselves",
    "aws_s3_bucket_lifecycle_configuration",
    (found) =>
      enabledRules(found).some((rule) => holdsForAll(rule) && rule["abort_incomplete_multipart_upload"]),
  ),
  bucket("CKV_AWS_379", "a bucket refuses plain HTTP", "aws_s3_bucket_policy", (found) =>
    statements(found).some(deniesPlainHttp),
  ),
  bucket("CKV_AWS_70", "a bucket allows everybody nothing", "aws_s3_bucket_policy", (found) =>
    statements(found).every((statement) => statement.Effect !== "Allow" || !isEverybody(statement)),
  ),
  bucket("CKV2_AWS_65", "a bucket knows no ACLs", "aws_s3_bucket_ownership_controls", (found) =>
    found
      .flatMap(({ rule }) => blocks(rule))
      .some((rule) => rule["object_ownership"] === "BucketOwnerEnforced"),
  ),
  bucket("CKV_AWS_20", "a bucket has no public ACL", "aws_s3_bucket_acl", (found) =>
    found.every(({ acl }) => !publicAcl.test(String(acl))),
  ),
  bucket("CKV_AWS_18", "a bucket logs who asks", "aws_s3_bucket_logging", (found) => found.length > 0),
];
