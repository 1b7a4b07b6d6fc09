import { UserError } from "../../cli/user-error.ts";
import { plannedActions } from "./plan-text.ts";

/** What only one resource has, and what is lost with it. */
const holds: Readonly<Record<string, string>> = {
  aws_cognito_user_pool: "all passwords and confirmed addresses",
  aws_cognito_user_pool_client: "the client's id, which bearers of Cognito name",
  aws_dynamodb_table: "all items of the table",
  aws_s3_bucket: "all objects of the bucket",
  aws_cloudfront_distribution: "the site's address, and its origin with every session",
};

/**
 * A UserError if a plan would replace or delete what holds data, unless each such resource is in `accepted`, as Terraform
 * names it. `way`: how to accept it. An argument that looks harmless can do that: the case rule of a pool, a key of a table, a bucket's prefix.
 */
export function requireNoLoss(plan: string, accepted: readonly string[] = [], way?: string): void {
  const lost = plannedActions(plan).flatMap((action) => {
    const [address = ""] = action.split(" ");
    const what = holds[address.split(".")[0] ?? ""];
    const isLoss = / (must be replaced|will be replaced|will be destroyed)/.test(action);
    return what !== undefined && isLoss && !accepted.includes(address) ? [`  ${action}: ${what}`] : [];
  });
  if (lost.length === 0) return;
  throw new UserError(
    [
      "This plan would delete data that exists nowhere else. Nothing was changed.",
      ...lost,
      ...(way === undefined ? [] : [way]),
    ].join("\n"),
  );
}
