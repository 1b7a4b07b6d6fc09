import { DataAwsSsmParameter } from "@cdktf/provider-aws/lib/data-aws-ssm-parameter/index.js";
import { Construct } from "constructs";
import type { OperatingSystem } from "../../settings.ts";

const parameters: Record<OperatingSystem, string> = {
  al2: "amzn2-ami-kernel-5.10-hvm-x86_64-gp2",
  al2023: "al2023-ami-kernel-default-x86_64",
};

/** The newest image of an operating system, as AWS publishes it. */
export class MachineImage extends Construct {
  readonly id: string;

  constructor(scope: Construct, id: string, props: { readonly os: OperatingSystem }) {
    super(scope, id);
    this.id = new DataAwsSsmParameter(this, "parameter", {
      name: `/aws/service/ami-amazon-linux-latest/${parameters[props.os]}`,
    }).insecureValue; // `value` is marked sensitive, which an image id is not
  }
}
