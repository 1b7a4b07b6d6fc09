import { TerraformOutput } from "cdktf";
import { Construct } from "constructs";
import type { Firewall } from "./security-groups.ts";
import type { Host } from "./host.ts";
import type { ImageBucket } from "../image-bucket.ts";
import type { PublicAddress } from "./public-address.ts";

export interface OutputsProps {
  readonly site: PublicAddress;
  readonly frontend: Host;
  readonly backend: Host;
  readonly bucket: ImageBucket;
  readonly firewall: Firewall;
  readonly region: string;
}

/** What the inventory, the operator and the tests need to know of a deployment. Nothing here is secret. */
export class Outputs extends Construct {
  constructor(scope: Construct, id: string, { site, frontend, backend, bucket, ...rest }: OutputsProps) {
    super(scope, id);
    this.output("url", site.origin);
    this.output("frontend", {
      instanceId: frontend.instance.id,
      privateIp: frontend.instance.privateIp,
      publicDns: site.publicDns,
      publicIp: site.publicIp,
    });
    this.output("backend", {
      instanceId: backend.instance.id,
      privateIp: backend.instance.privateIp,
      publicIp: backend.instance.publicIp,
      apiPort: rest.firewall.apiPort,
      metricsPort: rest.firewall.metricsPort,
    });
    this.output("bucket", bucket.name);
    this.output("region", rest.region);
  }

  private output(name: string, value: unknown): void {
    // A child of a stack may not be called "backend", an output may.
    new TerraformOutput(this, name, { value }).overrideLogicalId(name);
  }
}
