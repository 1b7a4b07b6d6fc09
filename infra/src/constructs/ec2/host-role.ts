import { DataAwsCallerIdentity } from "@cdktf/provider-aws/lib/data-aws-caller-identity/index.js";
import { DataAwsPartition } from "@cdktf/provider-aws/lib/data-aws-partition/index.js";
import { IamInstanceProfile } from "@cdktf/provider-aws/lib/iam-instance-profile/index.js";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy/index.js";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role/index.js";
import { Construct } from "constructs";
import type { ImageBucket } from "../image-bucket.ts";
import { type TextMessages, textQuestions } from "../text-messages.ts";

export interface HostRoleProps {
  readonly name: string;
  readonly bucket: ImageBucket;
  readonly region: string;
  /** @default - no right to send mail */
  readonly mailFrom?: string | undefined;
  /** @default - no right to send text messages */
  readonly texts?: TextMessages | undefined;
}

/** Of all objects that the application stores. */
const objectPrefixes = ["images", "incoming", "media", "notes", "pictures"];

/**
 * What the backend may do in AWS: the object operations the application uses, in its own prefixes, and sending
 * mail from one address, and text messages.
 */
export class HostRole extends Construct {
  readonly profile: IamInstanceProfile;

  constructor(scope: Construct, id: string, props: HostRoleProps) {
    super(scope, id);
    const name = `tintype-${props.name}`;
    const role = new IamRole(this, "role", {
      name,
      assumeRolePolicy: policy({
        Effect: "Allow",
        Principal: { Service: "ec2.amazonaws.com" },
        Action: "sts:AssumeRole",
      }),
    });
    new IamRolePolicy(this, "objects", {
      name: "objects",
      role: role.name,
      policy: policy(
        {
          Effect: "Allow",
          Action: [
            "s3:GetObject",
            "s3:GetObjectVersion",
            "s3:PutObject",
            "s3:DeleteObject",
            "s3:AbortMultipartUpload",
          ],
          Resource: objectPrefixes.map((prefix) => `${props.bucket.arn}/${prefix}/*`),
        },
        // Not DeleteObject: an intruder in the application may write over backups, and the bucket keeps what
        // was there.
        {
          Effect: "Allow",
          Action: ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"],
          Resource: `${props.bucket.arn}/backups/*`,
        },
        // Readiness asks whether the bucket is there (HeadBucket); the integrity check lists what is in it.
        { Effect: "Allow", Action: ["s3:ListBucket", "s3:ListBucketVersions"], Resource: props.bucket.arn },
      ),
    });
    if (props.mailFrom !== undefined) this.allowMail(role, props.mailFrom, props.region);
    if (props.texts !== undefined)
      new IamRolePolicy(this, "texts", {
        name: "texts",
        role: role.name,
        policy: policy(
          { Effect: "Allow", Action: "sns:Publish", NotResource: props.texts.topics },
          { Effect: "Allow", Action: textQuestions, Resource: "*" },
        ),
      });
    this.profile = new IamInstanceProfile(this, "profile", { name, role: role.name });
  }

  /**
   * SES asks about every resource that a mail touches: the identity of the address or of a domain above it, in the
   * sandbox the recipient's too, and the configuration set that an identity may have. The condition is what limits.
   * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsimpleemailservicev2.html
   */
  private allowMail(role: IamRole, from: string, region: string): void {
    const { accountId } = new DataAwsCallerIdentity(this, "account");
    const { partition } = new DataAwsPartition(this, "partition");
    new IamRolePolicy(this, "mail", {
      name: "mail",
      role: role.name,
      policy: policy({
        Effect: "Allow",
        Action: "ses:SendEmail",
        Resource: ["identity", "configuration-set"].map(
          (type) => `arn:${partition}:ses:${region}:${accountId}:${type}/*`,
        ),
        Condition: { StringEquals: { "ses:FromAddress": from } },
      }),
    });
  }
}

function policy(...statements: object[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}
