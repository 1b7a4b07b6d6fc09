import { Apigatewayv2Api } from "@cdktf/provider-aws/lib/apigatewayv2-api/index.js";
import { Apigatewayv2Integration } from "@cdktf/provider-aws/lib/apigatewayv2-integration/index.js";
import { Apigatewayv2Route } from "@cdktf/provider-aws/lib/apigatewayv2-route/index.js";
import { Apigatewayv2Stage } from "@cdktf/provider-aws/lib/apigatewayv2-stage/index.js";
import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group/index.js";
import { LambdaPermission } from "@cdktf/provider-aws/lib/lambda-permission/index.js";
import { Construct } from "constructs";
import { type Lambda, logRetentionDays } from "./function.ts";

export interface HttpApiProps {
  readonly name: string;
  readonly region: string;
}

/** One bucket for all clients: it bounds what an hour can cost. Who takes how much of it is up to the application. */
const throttle = { requestsPerSecond: 500, burst: 1000 };

// Neither addresses nor queries, which may hold personal data.
const logged = ["requestId", "routeKey", "path", "status", "responseLength", "responseLatency"];

/** One route for everything: the application knows its own. Its address is public, and the edge's proof closes it. */
export class HttpApi extends Construct {
  private readonly api: Apigatewayv2Api;
  private readonly region: string;

  constructor(scope: Construct, id: string, { name, region }: HttpApiProps) {
    super(scope, id);
    this.region = region;
    this.api = new Apigatewayv2Api(this, "api", { name: `tintype-${name}`, protocolType: "HTTP" });
    const logs = new CloudwatchLogGroup(this, "logs", {
      name: `/aws/apigateway/tintype-${name}`,
      retentionInDays: logRetentionDays,
    });
    new Apigatewayv2Stage(this, "stage", {
      apiId: this.api.id,
      name: "$default",
      autoDeploy: true,
      defaultRouteSettings: {
        throttlingRateLimit: throttle.requestsPerSecond,
        throttlingBurstLimit: throttle.burst,
      },
      accessLogSettings: {
        destinationArn: logs.arn,
        format: JSON.stringify({
          ...Object.fromEntries(logged.map((field) => [field, `$context.${field}`])),
          error: "$context.integrationErrorMessage",
        }),
      },
    });
  }

  get endpoint(): string {
    return this.api.apiEndpoint;
  }

  get hostName(): string {
    return `${this.api.id}.execute-api.${this.region}.amazonaws.com`;
  }

  /** Has a function answer all requests, by what its alias points at. */
  answerBy(lambda: Lambda): void {
    const integration = new Apigatewayv2Integration(this, "integration", {
      apiId: this.api.id,
      integrationType: "AWS_PROXY",
      integrationUri: lambda.liveInvokeArn,
      payloadFormatVersion: "2.0",
      timeoutMilliseconds: 30_000,
    });
    new Apigatewayv2Route(this, "route", {
      apiId: this.api.id,
      routeKey: "$default",
      target: `integrations/${integration.id}`,
    });
    new LambdaPermission(this, "permission", {
      statementId: "http-api",
      action: "lambda:InvokeFunction",
      functionName: lambda.name,
      qualifier: lambda.qualifier,
      principal: "apigateway.amazonaws.com",
      sourceArn: `${this.api.executionArn}/*/*`,
    });
  }
}
