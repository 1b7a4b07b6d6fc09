import { SecurityGroup } from "@cdktf/provider-aws/lib/security-group/index.js";
import { VpcSecurityGroupEgressRule } from "@cdktf/provider-aws/lib/vpc-security-group-egress-rule/index.js";
import {
  VpcSecurityGroupIngressRule,
  type VpcSecurityGroupIngressRuleConfig,
} from "@cdktf/provider-aws/lib/vpc-security-group-ingress-rule/index.js";
import { Construct } from "constructs";
import type { Network } from "./network.ts";

export interface FirewallProps {
  readonly name: string;
  readonly network: Network;
  readonly operatorCidr: string;
  /** Whether the site has a certificate: else nothing listens on port 443. */
  readonly tls: boolean;
}

type Source = Pick<VpcSecurityGroupIngressRuleConfig, "cidrIpv4" | "referencedSecurityGroupId">;

/**
 * Who may connect to what: the world to the site, the operator to SSH and metrics, the frontend host to the API.
 * MySQL is not open: it listens on the backend host's loopback alone.
 */
export class Firewall extends Construct {
  readonly frontend: SecurityGroup;
  readonly backend: SecurityGroup;
  readonly apiPort = 8080;
  readonly metricsPort = 9464;

  constructor(scope: Construct, id: string, props: FirewallProps) {
    super(scope, id);
    const operator = { cidrIpv4: props.operatorCidr };
    this.frontend = this.group("frontend", props);
    const world = { cidrIpv4: "0.0.0.0/0" };
    this.allow(this.frontend, "http", 80, world);
    if (props.tls) this.allow(this.frontend, "https", 443, world);
    this.allow(this.frontend, "ssh", 22, operator);

    this.backend = this.group("api", props);
    this.allow(this.backend, "api", this.apiPort, { referencedSecurityGroupId: this.frontend.id });
    this.allow(this.backend, "ssh", 22, operator);
    this.allow(this.backend, "metrics", this.metricsPort, operator);
  }

  private group(id: string, { name, network }: FirewallProps): SecurityGroup {
    const group = new SecurityGroup(this, id, {
      name: `${name}-${id}`,
      description: `Tintype ${name}: ${id}`,
      vpcId: network.vpc.id,
      tags: { Name: `${name}-${id}` },
    });
    new VpcSecurityGroupEgressRule(group, "egress", {
      securityGroupId: group.id,
      ipProtocol: "-1",
      cidrIpv4: "0.0.0.0/0",
      tags: { Name: "package sources and S3" },
    });
    return group;
  }

  private allow(group: SecurityGroup, what: string, port: number, source: Source): void {
    new VpcSecurityGroupIngressRule(group, what, {
      securityGroupId: group.id,
      ipProtocol: "tcp",
      fromPort: port,
      toPort: port,
      // Of a rule that names a group an emulated EC2 keeps no description, and each plan would add it again.
      ...(source.cidrIpv4 !== undefined && { description: what }),
      tags: { Name: what },
      ...source,
    });
  }
}
