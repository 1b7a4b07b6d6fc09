import { attachedTo, refersTo, type Resource, resourcesOf, type Synthesized } from "./synthesized.ts";

/** Whether an instance gets a public address at its start: its own setting, else its subnet's. */
export function hasPublicAddress({ body }: Resource, stack: Synthesized): boolean {
  const own = body["associate_public_ip_address"] as boolean | undefined;
  const subnets = resourcesOf(stack, "aws_subnet").filter(({ address }) =>
    refersTo(body["subnet_id"], address),
  );
  return own ?? subnets.some((subnet) => subnet.body["map_public_ip_on_launch"] === true);
}

/** How many public addresses a stack has: an elastic one takes the place of the one that an instance had. */
export function publicAddresses(stack: Synthesized): number {
  const elastic = resourcesOf(stack, "aws_eip");
  const associated = (host: Resource) => attachedTo(stack, "aws_eip_association", "instance_id", host).length;
  const others = resourcesOf(stack, "aws_instance").filter(
    (host) => associated(host) === 0 && hasPublicAddress(host, stack),
  );
  return elastic.length + others.length;
}
