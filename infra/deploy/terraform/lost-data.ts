import { UserError } from "../../cli/user-error.ts";
import { plannedActions, resourcesOf } from "./plan-text.ts";

/** What only one resource has, and what is lost with it. */
const holds: Readonly<Record<string, string>> = {
  aws_cognito_user_pool: "all passwords and confirmed addresses",
  aws_cognito_user_pool_client: "the client's id, which bearers of Cognito name",
  aws_dynamodb_table: "all items of the table",
  aws_s3_bucket: "all objects of the bucket",
  aws_cloudfront_distribution: "the site's address, and its origin with every session",
};

/** Of what AWS refuses to delete, the argument of a plan that shows that its protection has been ended. */
const unprotected: Readonly<Record<string, RegExp>> = {
  aws_cognito_user_pool: /^ +[~-] deletion_protection += "INACTIVE" ->/m,
  aws_dynamodb_table: /^ +[~-] deletion_protection_enabled += false ->/m,
};

/**
 * A UserError if a plan would replace or delete what holds data, unless each such resource is in `accepted`, as Terraform
 * names it, and is no longer protected: Terraform would delete what hangs on it, and stop there. `way`: how to accept it. An
 * argument that looks harmless can do that: the case rule of a pool, a key of a table, a bucket's prefix.
 */
export function requireNoLoss(plan: string, accepted: readonly string[] = [], way?: string): void {
  const lost: string[] = [];
  const isProtected: string[] = [];
  for (const part of resourcesOf(plan)) {
    const [action = ""] = plannedActions(part);
    const [address = ""] = action.split(" ");
    const [kind = ""] = address.split(".");
    const isLoss = / (must be replaced|will be replaced|will be destroyed)/.test(action);
    if (!isLoss || holds[kind] === undefined) continue;
    if (!accepted.includes(address)) lost.push(`  ${action}: ${holds[kind]}`);
    else if (unprotected[kind]?.test(part) === false) isProtected.push(`  ${address}`);
  }
  if (lost.length > 0) {
    const reason = "This plan would delete data that exists nowhere else. Nothing was changed.";
    throw new UserError([reason, ...lost, ...(way === undefined ? [] : [way])].join("\n"));
  }
  if (isProtected.length === 0) return;
  throw new UserError(
    [
      "AWS would refuse to delete this, when what depends on it is gone already. Nothing was changed.",
      ...isProtected,
      'End its protection from deletion first: docs/operations.md, "A plan that would delete"',
    ].join("\n"),
  );
}
