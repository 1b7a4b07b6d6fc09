import { ec2, type Ec2Props } from "./instances.ts";

/** The instance profile of the instance with a private address, in whichever of the regions that is. */
export async function profileInAny(
  regions: readonly string[],
  privateIp: string,
  api: Omit<Ec2Props, "region">,
): Promise<string | undefined> {
  const found = await Promise.all(regions.map((region) => ec2({ ...api, region }).profileAt(privateIp)));
  return found.find((profile) => profile !== undefined);
}
