import { UserError } from "../../cli/user-error.ts";
import type { Result } from "../../cli/run.ts";

/** What Terraform says of a state that another run holds, as a UserError that names it; undefined where it says nothing of it. */
export function lockedBy(
  { terraformFolder }: { readonly terraformFolder: string },
  { stderr }: Result,
): UserError | undefined {
  if (!stderr.includes("Error acquiring the state lock")) return undefined;
  const fact = (name: string) => new RegExp(`^\\W*${name}: +(.*\\S)`, "m").exec(stderr)?.[1];
  const who = fact("Who");
  if (who === undefined) return undefined;
  const work = fact("Operation")?.replace("OperationType", "").toLowerCase();
  return new UserError(
    `${who} has been running terraform ${work} on this deployment since ${fact("Created")}. Wait for it to finish.\n` +
      `If it was killed, and nothing of it runs: terraform -chdir=${terraformFolder} force-unlock ${fact("ID")}`,
    2,
  );
}
