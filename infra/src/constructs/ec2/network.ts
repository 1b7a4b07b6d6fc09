import { DataAwsAvailabilityZones } from "@cdktf/provider-aws/lib/data-aws-availability-zones/index.js";
import { DataAwsEc2InstanceTypeOfferings } from "@cdktf/provider-aws/lib/data-aws-ec2-instance-type-offerings/index.js";
import { DefaultSecurityGroup } from "@cdktf/provider-aws/lib/default-security-group/index.js";
import { InternetGateway } from "@cdktf/provider-aws/lib/internet-gateway/index.js";
import { RouteTable } from "@cdktf/provider-aws/lib/route-table/index.js";
import { RouteTableAssociation } from "@cdktf/provider-aws/lib/route-table-association/index.js";
import { Route } from "@cdktf/provider-aws/lib/route/index.js";
import { Subnet } from "@cdktf/provider-aws/lib/subnet/index.js";
import { Vpc } from "@cdktf/provider-aws/lib/vpc/index.js";
import { Fn } from "cdktf";
import { Construct } from "constructs";
import { addressRange, subnetRange } from "./subnet-cidr.ts";

export interface NetworkProps {
  readonly name: string;
  /** The subnet goes to a zone that offers this type: not every zone offers every type. */
  readonly instanceType: string;
}

/** A VPC with DNS names and one public subnet. No NAT gateway: it would cost more than both hosts. */
export class Network extends Construct {
  readonly vpc: Vpc;
  readonly subnet: Subnet;
  readonly gateway: InternetGateway;

  constructor(scope: Construct, id: string, props: NetworkProps) {
    super(scope, id);
    const tags = { Name: props.name };
    this.vpc = new Vpc(this, "vpc", {
      cidrBlock: `${addressRange(props.name)}.0.0/16`,
      enableDnsSupport: true,
      enableDnsHostnames: true, // without it the hosts have no public DNS name
      tags,
    });
    // Adopted and emptied, so that nothing can lean on its rules that let everything pass.
    new DefaultSecurityGroup(this, "default-security-group", { vpcId: this.vpc.id, tags });

    this.subnet = new Subnet(this, "subnet", {
      vpcId: this.vpc.id,
      cidrBlock: subnetRange(props.name),
      availabilityZone: this.zoneOffering(props.instanceType),
      mapPublicIpOnLaunch: true,
      lifecycle: { ignoreChanges: ["availability_zone"] },
      tags,
    });
    this.gateway = new InternetGateway(this, "gateway", { vpcId: this.vpc.id, tags });
    this.routeToInternet(tags);
  }

  private zoneOffering(instanceType: string): string {
    const offerings = new DataAwsEc2InstanceTypeOfferings(this, "offerings", {
      locationType: "availability-zone",
      filter: [{ name: "instance-type", values: [instanceType] }],
    });
    // Local Zones and Wavelength zones, which an account may have opted into, offer the type too.
    const zones = new DataAwsAvailabilityZones(this, "zones", {
      filter: [{ name: "zone-type", values: ["availability-zone"] }],
    });
    return Fn.element(Fn.sort(Fn.setintersection(offerings.locations, [zones.names])), 0);
  }

  private routeToInternet(tags: Record<string, string>): void {
    const table = new RouteTable(this, "route-table", { vpcId: this.vpc.id, tags });
    new Route(this, "route", {
      routeTableId: table.id,
      destinationCidrBlock: "0.0.0.0/0",
      gatewayId: this.gateway.id,
    });
    new RouteTableAssociation(this, "route-table-association", {
      routeTableId: table.id,
      subnetId: this.subnet.id,
    });
  }
}
