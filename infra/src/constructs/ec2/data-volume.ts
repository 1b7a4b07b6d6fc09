import { EbsVolume } from "@cdktf/provider-aws/lib/ebs-volume/index.js";
import type { Instance } from "@cdktf/provider-aws/lib/instance/index.js";
import { VolumeAttachment } from "@cdktf/provider-aws/lib/volume-attachment/index.js";
import { Construct } from "constructs";
import type { Network } from "./network.ts";

export interface DataVolumeProps {
  readonly name: string;
  readonly network: Network;
}

/** Where MySQL keeps its files and the host its secrets. It outlives the instance it is attached to. */
export class DataVolume extends Construct {
  private readonly volume: EbsVolume;

  constructor(scope: Construct, id: string, props: DataVolumeProps) {
    super(scope, id);
    this.volume = new EbsVolume(this, "volume", {
      availabilityZone: props.network.subnet.availabilityZone,
      encrypted: true,
      type: "gp3",
      size: 10,
      tags: { Name: `${props.name}-data` },
    });
  }

  attachTo(instance: Instance): void {
    new VolumeAttachment(this, "attachment", {
      deviceName: "/dev/sdf", // the name that user-data waits for
      instanceId: instance.id,
      volumeId: this.volume.id,
      // Detaching a volume in use hangs; a stopped instance has unmounted it.
      stopInstanceBeforeDetaching: true,
    });
  }
}
