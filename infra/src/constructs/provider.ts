import { AwsProvider } from "@cdktf/provider-aws/lib/provider/index.js";
import { TerraformStack } from "cdktf";
import { Construct } from "constructs";
import { ownTags } from "./tags.ts";

export interface AwsProps {
  readonly name: string;
  readonly region: string;
  readonly stack: string;
}

/** The provider, with the tags that everything carries and by which a teardown finds what is left. */
export class Aws extends Construct {
  constructor(scope: Construct, id: string, props: AwsProps) {
    super(scope, id);
    new AwsProvider(this, "provider", {
      region: props.region,
      // Path style works for every bucket name and for S3 endpoints other than AWS's own.
      s3UsePathStyle: true,
      defaultTags: [{ tags: { ...ownTags(props.name), Stack: props.stack, ManagedBy: "terraform" } }],
    });
    // The bindings pin one exact provider; the stack uses only what 5.100 and 6.x both know.
    TerraformStack.of(this).addOverride("terraform.required_providers.aws.version", ">= 5.100, < 7");
  }
}
