import type { DenialOf } from "../s3-proxy/src/rights.ts";
import { type Right, type Statement, account, reasonOf, verdictOf } from "./rights.ts";
import type { RolePolicies } from "./role-policies.ts";

export interface S3RightsProps {
  readonly policies: Pick<RolePolicies, "of">;
  /** The role of a session token, or the ARN of the distribution that an edge reads for; undefined for the operator. */
  readonly roleOf: (sessionToken: string | undefined) => string | undefined;
}

interface BucketStatement extends Statement {
  readonly Principal?: "*" | Readonly<Record<string, string | readonly string[]>>;
}

const distribution = /^arn:aws:cloudfront::\d+:distribution\//;

/** What the signer of an S3 request may do: by the policies of its role and of the bucket. The operator may do all else. */
export function s3Rights({ policies, roleOf }: S3RightsProps): DenialOf {
  return async function denial({ sessionToken }, right, bucketPolicy) {
    const role = roleOf(sessionToken);
    const isEdge = role !== undefined && distribution.test(role);
    const own = role === undefined ? [everything] : isEdge ? [] : await policies.of(role);
    const ofBucket = statementsOf(bucketPolicy).filter((statement) => concerns(statement, role, isEdge));
    const asked: Right = {
      ...right,
      // The port of this machine stands for the HTTPS of AWS.
      context: {
        ...right.context,
        "aws:SecureTransport": "true",
        ...(isEdge && { "aws:SourceArn": role }),
      },
    };
    const verdict = verdictOf([...own, ...ofBucket], asked);
    return verdict === "allowed" ? undefined : reasonOf(role ?? "operator", asked, verdict);
  };
}

const everything: Statement = { Effect: "Allow", Action: "*", Resource: "*" };

function statementsOf(policy: string | undefined): readonly BucketStatement[] {
  const { Statement = [] } = JSON.parse(policy ?? "{}") as {
    Statement?: BucketStatement | BucketStatement[];
  };
  return [Statement].flat();
}

/** A principal that is not understood here is allowed nothing, and denied. */
function concerns({ Effect, Principal }: BucketStatement, role: string | undefined, isEdge: boolean) {
  if (Principal === undefined) return Effect === "Deny";
  if (Principal === "*") return true;
  const named = (kind: string) => [Principal[kind] ?? []].flat();
  if (named("AWS").includes("*")) return true;
  if (isEdge) return named("Service").includes("cloudfront.amazonaws.com");
  return role !== undefined && named("AWS").includes(`arn:aws:iam::${account}:role/${role}`);
}
