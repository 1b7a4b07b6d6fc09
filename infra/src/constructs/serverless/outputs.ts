import { TerraformOutput } from "cdktf";
import { Construct } from "constructs";

/** What operators, a deploy and the tests need to know of a deployment. Nothing here is secret. */
export class Outputs extends Construct {
  constructor(scope: Construct, id: string, outputs: Readonly<Record<string, unknown>>) {
    super(scope, id);
    for (const [name, value] of Object.entries(outputs)) {
      new TerraformOutput(this, name, { value }).overrideLogicalId(name);
    }
  }
}
