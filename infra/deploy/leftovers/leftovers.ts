import { leftByTag } from "./by-tag.ts";
import { ec2Kinds, leftInEc2 } from "./ec2.ts";
import { leftInIam, leftInS3 } from "./iam-and-s3.ts";

// Of these the service itself is asked. The tagging API goes on naming them for a while after they are gone.
const asked = new RegExp(
  `^arn:[^:]+:(s3:::|iam:[^:]*:[^:]*:(role|instance-profile)/|ec2:[^:]*:[^:]*:(${ec2Kinds.join("|")})/)`,
);

/** What is left of a deployment, a line each: by what each service says, and by tag. */
export async function leftoversOf(
  name: string,
  region: string,
  access: Record<string, string>,
): Promise<string[]> {
  const found = await Promise.all([
    leftInEc2(name, region, access),
    leftInS3(name, region, access, "ec2"),
    leftInIam(name, access, "ec2"),
    leftByTag({ name, region, access, stack: "ec2", asked }),
  ]);
  return found.flat();
}
