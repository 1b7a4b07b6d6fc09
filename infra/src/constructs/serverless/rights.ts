import type { ImageBucket } from "../image-bucket.ts";
import { type TextMessages, textQuestions } from "../text-messages.ts";
import type { Lambda, Right } from "./function.ts";
import type { Secrets } from "./secrets.ts";
import type { Tables } from "./tables.ts";
import type { UserPool } from "./user-pool.ts";

export interface Reached {
  readonly bucket: ImageBucket;
  readonly tables: Tables;
  readonly pool: UserPool;
}

const below = ({ arn }: ImageBucket, ...prefixes: readonly string[]) =>
  prefixes.map((prefix) => `${arn}/${prefix}/*`);

/** The API: records and sessions, URLs that it signs, sign-ins, its secrets. It decodes no image. */
export function apiRights(
  { bucket, tables: { records, expiring }, pool }: Reached,
  secrets: Secrets,
  images: Lambda,
  texts: TextMessages | undefined,
): Right[] {
  return [
    {
      reason: "accounts, images, projects and media",
      actions: ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"],
      resources: [records.arn],
    },
    {
      reason: "the feed, and the images, projects and media of one account",
      actions: ["dynamodb:Query"],
      resources: [records.indexArns],
    },
    {
      reason: "the versions of a project, and all that an account leaves",
      actions: ["dynamodb:Query"],
      resources: [records.arn],
    },
    {
      reason: "sessions, limits, networks, revocations",
      actions: [
        ...["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"],
        "dynamodb:Query",
      ],
      resources: [expiring.arn],
    },
    {
      reason: "sign uploads, and close one that is complete",
      actions: ["s3:PutObject"],
      resources: below(bucket, "incoming"),
    },
    {
      reason: "store notes, and media that was uploaded",
      actions: ["s3:PutObject"],
      resources: below(bucket, "media", "notes"),
    },
    {
      reason: "sign downloads, and see what was uploaded",
      actions: ["s3:GetObject"],
      resources: below(bucket, "images", "incoming", "media", "notes", "pictures"),
    },
    {
      reason: "remove what no record points at",
      actions: ["s3:DeleteObject"],
      resources: below(bucket, "images", "incoming", "media", "notes", "pictures"),
    },
    {
      reason: "tell a missing object from a forbidden one",
      actions: ["s3:ListBucket"],
      resources: [bucket.arn],
    },
    {
      reason: "try, set and remove a password",
      actions: [
        "cognito-idp:AdminCreateUser",
        "cognito-idp:AdminGetUser",
        "cognito-idp:AdminInitiateAuth",
        "cognito-idp:AdminSetUserPassword",
        "cognito-idp:AdminDeleteUser",
      ],
      resources: [pool.arn],
    },
    {
      reason: "read its secrets and those before them",
      actions: ["ssm:GetParameters", "ssm:GetParameterHistory"],
      resources: secrets.arns(),
    },
    {
      reason: "have an image processed",
      actions: ["lambda:InvokeFunction"],
      resources: [images.liveArn],
    },
    ...(texts ? textRights(texts) : []),
  ];
}

function textRights({ topics }: TextMessages): Right[] {
  return [
    {
      reason: "send text messages, to no topic",
      actions: ["sns:Publish"],
      resources: [topics],
      isExcluding: true,
    },
    { reason: "ask whether a message would arrive", actions: textQuestions, resources: ["*"] },
  ];
}

/** Decodes what strangers send: it reaches no record, session, secret or account. */
export function imagesRights({ bucket }: Pick<Reached, "bucket">): Right[] {
  return [
    {
      reason: "read an upload",
      actions: ["s3:GetObject"],
      resources: below(bucket, "incoming"),
    },
    {
      reason: "learn that an upload is not there, which is no right to read others",
      actions: ["s3:ListBucket"],
      resources: [bucket.arn],
    },
    {
      reason: "store what it made of an upload",
      actions: ["s3:PutObject"],
      resources: below(bucket, "images", "pictures"),
    },
  ];
}

/**
 * Finishes removals of accounts, discards abandoned uploads, compares the stores, and removes second factors for an
 * operator. Sessions expire by themselves.
 */
export function jobsRights({ bucket, tables: { records, expiring }, pool }: Reached): Right[] {
  return [
    {
      reason: "compare and repair records",
      actions: ["dynamodb:GetItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"],
      resources: [records.arn],
    },
    {
      reason: "remove the second factors of an account, and record that",
      actions: ["dynamodb:PutItem"],
      resources: [records.arn],
    },
    {
      reason:
        "end the sessions of an account whose removal has stopped halfway, or whose factors are removed",
      actions: ["dynamodb:Query", "dynamodb:UpdateItem", "dynamodb:DeleteItem"],
      resources: [expiring.arn],
    },
    {
      reason: "removed accounts, abandoned uploads, the bin, and all images by month and account",
      actions: ["dynamodb:Query"],
      resources: [records.indexArns],
    },
    {
      reason: "the objects of an account, and all that it leaves",
      actions: ["dynamodb:Query"],
      resources: [records.arn],
    },
    {
      reason: "list objects and their former versions",
      actions: ["s3:ListBucket", "s3:ListBucketVersions"],
      resources: [bucket.arn],
    },
    {
      reason: "compare objects with their records",
      actions: ["s3:GetObject", "s3:GetObjectVersion"],
      resources: below(bucket, "images", "media", "notes", "pictures"),
    },
    {
      reason: "restore an object, and close an abandoned upload",
      actions: ["s3:PutObject"],
      resources: below(bucket, "images", "incoming", "media", "notes", "pictures"),
    },
    {
      reason: "remove objects that no record points at",
      actions: ["s3:DeleteObject"],
      resources: below(bucket, "images", "media", "notes", "pictures"),
    },
    {
      reason: "compare identities with accounts, and remove one without an account",
      actions: ["cognito-idp:ListUsers", "cognito-idp:AdminDeleteUser"],
      resources: [pool.arn],
    },
  ];
}
