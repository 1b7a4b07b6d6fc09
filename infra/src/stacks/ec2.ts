import { TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { Aws } from "../constructs/provider.ts";
import { DataVolume } from "../constructs/ec2/data-volume.ts";
import { Firewall } from "../constructs/ec2/security-groups.ts";
import { Host } from "../constructs/ec2/host.ts";
import { HostRole } from "../constructs/ec2/host-role.ts";
import { ImageBucket } from "../constructs/image-bucket.ts";
import { MachineImage } from "../constructs/ec2/machine-image.ts";
import { Network } from "../constructs/ec2/network.ts";
import { OperatorKey } from "../constructs/ec2/operator-key.ts";
import { Outputs } from "../constructs/ec2/outputs.ts";
import { PublicAddress } from "../constructs/ec2/public-address.ts";
import { TextMessages } from "../constructs/text-messages.ts";
import { keepState } from "../constructs/state-backend.ts";
import type { Settings } from "../settings.ts";

/** Two hosts in a network of their own, MySQL on the backend host, and a private bucket. */
export class Ec2Stack extends TerraformStack {
  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id);
    const { instanceType, name, operatorCidr, region, mailFrom, domain } = settings;
    keepState(this, settings);
    new Aws(this, "aws", { ...settings, stack: id });

    const network = new Network(this, "network", { name, instanceType });
    const firewall = new Firewall(this, "firewall", {
      name,
      network,
      operatorCidr,
      tls: domain !== undefined,
    });
    const site = new PublicAddress(this, "site", { name, network, domain });
    const bucket = new ImageBucket(this, "images", { name, siteOrigin: site.origin });
    const dataVolume = new DataVolume(this, "data", { name, network });
    const common = {
      image: new MachineImage(this, "machine-image", settings),
      instanceType,
      key: new OperatorKey(this, "operator", settings),
      network,
    };

    const frontend = new Host(this, "frontend-host", {
      ...common,
      name: `${name}-frontend`,
      role: "frontend",
      securityGroup: firewall.frontend,
    });
    site.pointAt(frontend.instance);

    const backend = new Host(this, "backend-host", {
      ...common,
      name: `${name}-backend`,
      role: "backend",
      securityGroup: firewall.backend,
      profile: new HostRole(this, "backend-role", {
        ...{ name: `${name}-backend`, bucket, region, mailFrom },
        texts: settings.texts && new TextMessages(this, "texts", settings.texts),
      }).profile,
    });
    dataVolume.attachTo(backend.instance);

    new Outputs(this, "outputs", { site, frontend, backend, bucket, firewall, region });
  }
}
