import { IamInstanceProfile } from "@cdktf/provider-aws/lib/iam-instance-profile/index.js";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy/index.js";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role/index.js";
import { Construct } from "constructs";
import type { ImageBucket } from "./image-bucket.ts";

export interface HostRoleProps {
  readonly name: string;
  readonly bucket: ImageBucket;
}

/** What the backend may do in AWS: the object operations the application uses, in its own prefixes. */
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
          Action: ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"],
          Resource: ["incoming", "pictures"].map((prefix) => `${props.bucket.arn}/${prefix}/*`),
        },
        // Readiness asks whether the bucket is there (HeadBucket).
        { Effect: "Allow", Action: "s3:ListBucket", Resource: props.bucket.arn },
      ),
    });
    this.profile = new IamInstanceProfile(this, "profile", { name, role: role.name });
  }
}

function policy(...statements: object[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}
