import { UserError } from "../../cli/user-error.ts";
import { run } from "../../cli/run.ts";

/** Throws a UserError where Terraform is older than what needs it. */
export async function requireTerraform(least: string, why: string): Promise<void> {
  const { terraform_version: found } = JSON.parse(await run("terraform", ["version", "-json"])) as {
    terraform_version: string;
  };
  if (rank(found) >= rank(least)) return;
  throw new UserError(
    `Terraform ${least} or newer is needed: since then ${why}. This machine has ${found}.\n` +
      "https://developer.hashicorp.com/terraform/install",
    2,
  );
}

const rank = (version: string) =>
  version
    .split(/[.-]/)
    .slice(0, 3)
    .reduce((sum, part) => sum * 1000 + Number(part), 0);
