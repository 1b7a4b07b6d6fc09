import { LocalBackend, S3Backend, type TerraformStack } from "cdktf";
import { stateKey } from "./state-key.ts";

export interface StateProps {
  /** The deployment's name. */
  readonly name: string;
  /** @default - a file beside the configuration */
  readonly stateBucket?: string | undefined;
  /** @default ec2 */
  readonly stack?: string;
}

/** Where Terraform keeps what it made. In a bucket it locks the state by an object beside it. */
export function keepState(stack: TerraformStack, { name, stateBucket, stack: id }: StateProps): void {
  if (stateBucket === undefined) {
    new LocalBackend(stack, { path: "terraform.tfstate" });
    return;
  }
  // The bucket's region is an option of `terraform init`: it need not be the deployment's.
  new S3Backend(stack, { bucket: stateBucket, key: stateKey(name, id), encrypt: true, usePathStyle: true });
  stack.addOverride("terraform.backend.s3.use_lockfile", true); // which the bindings do not know yet
}
