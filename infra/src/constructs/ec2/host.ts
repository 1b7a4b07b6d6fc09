import { Instance } from "@cdktf/provider-aws/lib/instance/index.js";
import type { IamInstanceProfile } from "@cdktf/provider-aws/lib/iam-instance-profile/index.js";
import type { SecurityGroup } from "@cdktf/provider-aws/lib/security-group/index.js";
import { Construct } from "constructs";
import { type HostKind, userData } from "./user-data/user-data.ts";
import type { MachineImage } from "./machine-image.ts";
import type { Network } from "./network.ts";
import type { OperatorKey } from "./operator-key.ts";

export interface HostProps {
  readonly name: string;
  readonly role: HostKind;
  readonly image: MachineImage;
  readonly instanceType: string;
  readonly key: OperatorKey;
  readonly network: Network;
  readonly securityGroup: SecurityGroup;
  /** @default - the host has no rights in AWS */
  readonly profile?: IamInstanceProfile;
}

/**
 * One EC2 instance. It is replaced when its first boot changes, and never because a newer image exists. It starts in
 * unlimited credit mode; an operator who changes that later keeps the change.
 */
export class Host extends Construct {
  readonly instance: Instance;

  constructor(scope: Construct, id: string, props: HostProps) {
    super(scope, id);
    this.instance = new Instance(this, "instance", {
      ami: props.image.id,
      instanceType: props.instanceType,
      keyName: props.key.name,
      subnetId: props.network.subnet.id,
      vpcSecurityGroupIds: [props.securityGroup.id],
      iamInstanceProfile: props.profile?.name,
      // Base64 also keeps "${" in the shell scripts from being read as a Terraform reference.
      userDataBase64: Buffer.from(userData(props.role)).toString("base64"),
      userDataReplaceOnChange: true,
      // IMDSv2 alone and one hop: a request forged through the application cannot read credentials.
      metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
      // In standard mode a T3 starts without credits: its first boot and first deploys would run at its baseline, a
      // tenth of a core. What unlimited mode may cost is part of the price (infra/src/price).
      creditSpecification: { cpuCredits: "unlimited" },
      rootBlockDevice: { encrypted: true, volumeType: "gp3", volumeSize: 16, tags: { Name: props.name } },
      // User-data fetches packages, so the way to the internet must be there first.
      dependsOn: [props.network.gateway],
      lifecycle: { ignoreChanges: ["ami", "credit_specification"] },
      tags: { Name: props.name, Role: props.role },
    });
  }
}
