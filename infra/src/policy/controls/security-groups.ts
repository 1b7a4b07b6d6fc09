import { type Control, control } from "../control.ts";
import {
  attachedTo,
  type Block,
  blocks,
  refersTo,
  type Resource,
  resourcesOf,
  strings,
  type Synthesized,
} from "../synthesized.ts";

const groupTypes = ["aws_security_group", "aws_default_security_group"];
const single = {
  ingress: "aws_vpc_security_group_ingress_rule",
  egress: "aws_vpc_security_group_egress_rule",
} as const;
type Direction = keyof typeof single;

/** A resource may hold several rules, in each of the three ways in which Terraform takes them. */
function rules({ type, body }: Resource, direction: Direction): Block[] {
  if (type === single[direction]) return [body];
  if (type === "aws_security_group_rule") return body["type"] === direction ? [body] : [];
  return blocks(body[direction]);
}

const holders = (direction: Direction) => (stack: Synthesized) =>
  resourcesOf(stack, ...groupTypes, "aws_security_group_rule", single[direction]).filter(
    (resource) => rules(resource, direction).length > 0,
  );

/** Ranges without a known owner: the world, and what is cut from it to pass for less. */
function isWorld(rule: Block): boolean {
  const ipv4 = [...strings(rule["cidr_ipv4"]), ...strings(rule["cidr_blocks"])];
  const ipv6 = [...strings(rule["cidr_ipv6"]), ...strings(rule["ipv6_cidr_blocks"])];
  const wide = (bits: number) => (range: string) => Number(range.split("/")[1]) < bits;
  return ipv4.some(wide(8)) || ipv6.some(wide(16));
}

const protocolOf = (rule: Block) => String(rule["ip_protocol"] ?? rule["protocol"] ?? "-1");
const allPorts = (rule: Block) => ["-1", "all"].includes(protocolOf(rule));
const first = (rule: Block) => Number(rule["from_port"] ?? 0);
const last = (rule: Block) => Number(rule["to_port"] ?? 65_535);

const opens = (rule: Block, port: number) =>
  isWorld(rule) && (allPorts(rule) || (first(rule) <= port && port <= last(rule)));

function ingress(id: string, title: string, allowed: (rule: Block) => boolean): Control {
  const holds = (resource: Resource) => rules(resource, "ingress").every(allowed);
  return { id, title, about: holders("ingress"), holds };
}

const openToWorld = [80, 443];
const described = ({ description }: Block) => typeof description === "string" && description !== "";

/** Interfaces carry groups, whatever resource makes them. */
function isAttached({ address }: Resource, { resource = {} }: Synthesized): boolean {
  const bodies = Object.values(resource).flatMap((ofType) => Object.values(ofType));
  return bodies.some((body) => refersTo([body["vpc_security_group_ids"], body["security_groups"]], address));
}

export const firewallControls: readonly Control[] = [
  ingress("CKV_AWS_24", "the world does not reach port 22", (rule) => !opens(rule, 22)),
  ingress("CKV_AWS_25", "the world does not reach port 3389", (rule) => !opens(rule, 3389)),
  ingress("CKV_AWS_260", "the world does not reach port 80", (rule) => !opens(rule, 80)),
  ingress("CKV_AWS_277", "the world does not reach all ports", (rule) => !(isWorld(rule) && allPorts(rule))),
  ingress(
    "TINTYPE_1",
    "the world reaches ports 80 and 443 and no other",
    (rule) =>
      !isWorld(rule) || (!allPorts(rule) && first(rule) === last(rule) && openToWorld.includes(first(rule))),
  ),
  {
    id: "CKV_AWS_382",
    title: "a host may not connect to every port of the world",
    about: holders("egress"),
    holds: (resource) => rules(resource, "egress").every((rule) => !(isWorld(rule) && allPorts(rule))),
  },
  control(
    "CKV_AWS_23",
    "groups and rules have a description",
    ["aws_security_group", "aws_security_group_rule", ...Object.values(single)],
    (resource) =>
      described(resource.body) &&
      [...blocks(resource.body["ingress"]), ...blocks(resource.body["egress"])].every(described),
  ),
  control("CKV2_AWS_5", "a security group is attached", ["aws_security_group"], isAttached),
  control("CKV2_AWS_12", "a VPC's default security group lets nothing pass", ["aws_vpc"], (vpc, stack) => {
    const groups = attachedTo(stack, "aws_default_security_group", "vpc_id", vpc);
    return groups.length > 0 && groups.every(({ ingress: entering, egress }) => !entering && !egress);
  }),
];
