import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group/index.js";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy/index.js";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role/index.js";
import { LambdaAlias } from "@cdktf/provider-aws/lib/lambda-alias/index.js";
import { LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function/index.js";
import { Construct } from "constructs";
import { policyDocument } from "../policy-document.ts";

/** A zip archive. Terraform reads it relative to the folder of its configuration, so that no clone's path is in its state. */
export interface Archive {
  readonly path: string;
  /** SHA-256 in base64, as Lambda computes it. */
  readonly hash: string;
}

/** What a role may do, and what for. */
export interface Right {
  readonly reason: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** The resources are those that are excluded. */
  readonly isExcluding?: boolean;
}

export interface FunctionProps {
  readonly name: string;
  readonly handler: string;
  readonly archive: Archive;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  readonly variables: Readonly<Record<string, string>>;
  readonly rights: readonly Right[];
  /** How many may run at once, which are taken from the account's quota. @default - what the account has left */
  readonly reservedConcurrency?: number | undefined;
}

export const logRetentionDays = 14;

/**
 * A function with its own role and log group. A deploy publishes a version, tries it, and only then moves the alias `live`:
 * Terraform makes the alias and leaves it where it is.
 */
export class Lambda extends Construct {
  readonly name: string;
  private readonly alias: LambdaAlias;

  constructor(scope: Construct, id: string, props: FunctionProps) {
    super(scope, id);
    this.name = `tintype-${props.name}`;
    const logs = new CloudwatchLogGroup(this, "logs", {
      name: `/aws/lambda/${this.name}`,
      retentionInDays: logRetentionDays,
    });
    const role = new IamRole(this, "role", {
      name: this.name,
      assumeRolePolicy: policyDocument({
        Effect: "Allow",
        Principal: { Service: "lambda.amazonaws.com" },
        Action: "sts:AssumeRole",
      }),
    });
    // Not CreateLogGroup: a group that a late line makes again would outlive the deployment.
    const logging = {
      reason: "logs",
      actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
      resources: [`${logs.arn}:*`],
    };
    const rights = new IamRolePolicy(this, "rights", {
      name: "rights",
      role: role.name,
      policy: policyDocument(...[logging, ...props.rights].map(statement)),
    });
    const lambda = new LambdaFunction(this, "function", {
      functionName: this.name,
      role: role.arn,
      runtime: "nodejs22.x",
      architectures: ["x86_64"],
      handler: props.handler,
      filename: props.archive.path,
      sourceCodeHash: props.archive.hash,
      memorySize: props.memoryMb,
      timeout: props.timeoutSeconds,
      ...(props.reservedConcurrency !== undefined && {
        reservedConcurrentExecutions: props.reservedConcurrency,
      }),
      publish: true,
      loggingConfig: { logFormat: "JSON", logGroup: logs.name },
      environment: { variables: { NODE_OPTIONS: "--enable-source-maps", ...props.variables } },
      dependsOn: [rights],
    });
    this.alias = new LambdaAlias(this, "live", {
      name: "live",
      functionName: lambda.functionName,
      functionVersion: lambda.version,
      lifecycle: { ignoreChanges: ["function_version"] },
    });
  }

  get liveArn(): string {
    return this.alias.arn;
  }

  get liveInvokeArn(): string {
    return this.alias.invokeArn;
  }

  get qualifier(): string {
    return this.alias.name;
  }
}

/** A Sid takes letters and digits alone. */
const statement = ({ reason, actions, resources, isExcluding }: Right) => ({
  Sid: reason.replace(/(?:^|[^a-z\d]+)([a-z\d])/gi, (_match, letter: string) => letter.toUpperCase()),
  Effect: "Allow",
  Action: actions,
  [isExcluding ? "NotResource" : "Resource"]: resources,
});
