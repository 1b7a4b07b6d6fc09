import { KeyPair } from "@cdktf/provider-aws/lib/key-pair/index.js";
import { Construct } from "constructs";

export interface OperatorKeyProps {
  readonly name: string;
  readonly operatorPublicKey: string;
}

/** The deployment's own SSH key. Its private half stays with the operator and is in no state. */
export class OperatorKey extends Construct {
  readonly name: string;

  constructor(scope: Construct, id: string, props: OperatorKeyProps) {
    super(scope, id);
    this.name = new KeyPair(this, "key-pair", {
      keyName: `tintype-${props.name}`,
      publicKey: props.operatorPublicKey,
    }).keyName;
  }
}
