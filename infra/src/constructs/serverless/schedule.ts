import { CloudwatchEventRule } from "@cdktf/provider-aws/lib/cloudwatch-event-rule/index.js";
import { CloudwatchEventTarget } from "@cdktf/provider-aws/lib/cloudwatch-event-target/index.js";
import { LambdaFunctionEventInvokeConfig } from "@cdktf/provider-aws/lib/lambda-function-event-invoke-config/index.js";
import { LambdaPermission } from "@cdktf/provider-aws/lib/lambda-permission/index.js";
import { Construct } from "constructs";
import type { Lambda } from "./function.ts";

export interface ScheduleProps {
  readonly name: string;
  readonly lambda: Lambda;
  /** By job: when it runs, as EventBridge writes it. */
  readonly jobs: Readonly<Record<string, string>>;
}

/** Runs jobs of a function. An event may come twice, and a job that fails is tried twice more. */
export class Schedule extends Construct {
  constructor(scope: Construct, id: string, { name, lambda, jobs }: ScheduleProps) {
    super(scope, id);
    new LambdaFunctionEventInvokeConfig(this, "retries", {
      functionName: lambda.name,
      qualifier: lambda.qualifier,
      maximumRetryAttempts: 2,
      maximumEventAgeInSeconds: 3600,
    });
    for (const [job, scheduleExpression] of Object.entries(jobs)) {
      const rule = new CloudwatchEventRule(this, job, {
        name: `tintype-${name}-${job}`,
        scheduleExpression,
      });
      new LambdaPermission(this, `${job}-permission`, {
        statementId: job,
        action: "lambda:InvokeFunction",
        functionName: lambda.name,
        qualifier: lambda.qualifier,
        principal: "events.amazonaws.com",
        sourceArn: rule.arn,
      });
      new CloudwatchEventTarget(this, `${job}-target`, {
        rule: rule.name,
        targetId: "jobs",
        arn: lambda.liveArn,
        input: JSON.stringify({ job }),
      });
    }
  }
}
