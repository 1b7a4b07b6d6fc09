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
  private readonly props: AwsProps;

  constructor(scope: Construct, id: string, props: AwsProps) {
    super(scope, id);
    this.props = props;
    this.provider("provider", props.region);
    // The bindings pin one exact provider; the stack uses only what 5.100 and 6.x both know.
    TerraformStack.of(this).addOverride("terraform.required_providers.aws.version", ">= 5.100, < 7");
  }

  /** For what CloudFront takes from us-east-1 alone: its certificates, and the logs of its functions. */
  global(): AwsProvider {
    return this.provider("global", "us-east-1", "global");
  }

  private provider(id: string, region: string, alias?: string): AwsProvider {
    const { name, stack } = this.props;
    return new AwsProvider(this, id, {
      ...(alias !== undefined && { alias }),
      region,
      // Path style works for every bucket name and for S3 endpoints other than AWS's own.
      s3UsePathStyle: true,
      defaultTags: [{ tags: { ...ownTags(name), Stack: stack, ManagedBy: "terraform" } }],
    });
  }
}
