import { EipAssociation } from "@cdktf/provider-aws/lib/eip-association/index.js";
import { Eip } from "@cdktf/provider-aws/lib/eip/index.js";
import type { Instance } from "@cdktf/provider-aws/lib/instance/index.js";
import { Construct } from "constructs";
import type { Network } from "./network.ts";

export interface PublicAddressProps {
  readonly name: string;
  readonly network: Network;
  /** @default - the name that AWS gives to the address, by plain HTTP */
  readonly domain?: string | undefined;
}

/** The site's address. It outlives the instance behind it, so the URL stays when a host is replaced. */
export class PublicAddress extends Construct {
  private readonly eip: Eip;
  private readonly domain: string | undefined;

  constructor(scope: Construct, id: string, props: PublicAddressProps) {
    super(scope, id);
    this.domain = props.domain;
    this.eip = new Eip(this, "eip", {
      domain: "vpc",
      dependsOn: [props.network.gateway],
      tags: { Name: props.name },
    });
  }

  get publicDns(): string {
    return this.eip.publicDns;
  }

  get publicIp(): string {
    return this.eip.publicIp;
  }

  get origin(): string {
    return this.domain === undefined ? `http://${this.publicDns}` : `https://${this.domain}`;
  }

  pointAt(instance: Instance): void {
    new EipAssociation(this, "association", { allocationId: this.eip.allocationId, instanceId: instance.id });
  }
}
