import {
  ApiGatewayV2Client,
  CreateApiCommand,
  CreateIntegrationCommand,
  CreateRouteCommand,
  CreateStageCommand,
} from "@aws-sdk/client-apigatewayv2";
import {
  type CacheBehavior,
  CloudFrontClient,
  CreateDistributionCommand,
  CreateFunctionCommand as CreateEdgeFunctionCommand,
  CreateKeyValueStoreCommand,
  CreateOriginAccessControlCommand,
  PublishFunctionCommand,
} from "@aws-sdk/client-cloudfront";
import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import {
  AddPermissionCommand,
  CreateAliasCommand,
  CreateFunctionCommand,
  LambdaClient,
  UpdateFunctionCodeCommand,
} from "@aws-sdk/client-lambda";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import type { Access } from "../../../../deploy/clouds/cloud.ts";
import { inRegion, s3Client } from "../../../../deploy/serverless/clients.ts";
import type { ServerlessOutputs } from "../../../../deploy/serverless/outputs.ts";
import { proofFunction, siteFunction } from "../../../../src/constructs/serverless/edge-functions.ts";
import { storedZip } from "../../../local-cloud/serverless/lambda/harness.ts";

const region = "us-east-1";
const account = "123456789012";
const managed = {
  cachingOptimized: "658327ea-f89d-4fab-a63d-7e88639e58f6",
  cachingDisabled: "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
  allViewerExceptHostHeader: "b689b0a8-53d0-40ab-baf2-68738e2966ac",
};
const functionArn = (name: string) => `arn:aws:lambda:${region}:${account}:function:${name}`;

/** What Terraform makes for a release to come into, in the same API but without waiting a minute for it. */
export async function madeByTerraform(name: string, access: Access, code: Record<"api" | "other", string>) {
  const config = inRegion(access, region);
  const [iam, lambda] = [new IAMClient(config), new LambdaClient(config)];
  const role = { RoleName: `tintype-${name}`, AssumeRolePolicyDocument: "{}" };
  const Role = (await iam.send(new CreateRoleCommand(role))).Role!.Arn!;
  const functions = {
    api: `tintype-${name}-api`,
    images: `tintype-${name}-images`,
    jobs: `tintype-${name}-jobs`,
  };
  for (const [kind, FunctionName] of Object.entries(functions)) {
    const ZipFile = storedZip("index.mjs", kind === "api" ? code.api : code.other);
    const { Version } = await lambda.send(
      new CreateFunctionCommand({
        ...{ FunctionName, Role, Runtime: "nodejs22.x", Handler: "index.handler", Publish: true },
        Code: { ZipFile },
        Timeout: 10,
      }),
    );
    await lambda.send(new CreateAliasCommand({ FunctionName, Name: "live", FunctionVersion: Version! }));
  }
  const [bucket, siteBucket] = [`tintype-${name}-images`, `tintype-${name}-site`];
  const s3: S3Client = s3Client(access, region);
  for (const Bucket of [bucket, siteBucket]) await s3.send(new CreateBucketCommand({ Bucket }));
  const Name = `/tintype/${name}/edge-proof`;
  await new SSMClient(config).send(new PutParameterCommand({ Name, Value: "proof", Type: "SecureString" }));
  const apiId = await httpApi(config, lambda, functions.api);
  const edge = await distribution(config, name, siteBucket, apiId);
  const outputs: ServerlessOutputs = {
    stack: "serverless",
    url: `https://${edge.domain}`,
    apiUrl: `https://${apiId}.execute-api.${region}.amazonaws.com`,
    distributionId: edge.id,
    distributionDomain: edge.domain,
    proofStore: edge.store,
    userPoolId: "us-east-1_none",
    userPoolClientId: "none",
    tables: { records: "none", expiring: "none" },
    bucket,
    siteBucket,
    functions,
    secretsPath: `/tintype/${name}`,
    region,
  };

  /** As an apply with another archive does: a version is published, and the alias stays. */
  async function publish(source: string): Promise<void> {
    const ZipFile = storedZip("index.mjs", source);
    await lambda.send(new UpdateFunctionCodeCommand({ FunctionName: functions.api, ZipFile, Publish: true }));
  }
  return { outputs, apiId, publish, lambda, s3 };
}

type Config = ReturnType<typeof inRegion>;

async function httpApi(config: Config, lambda: LambdaClient, FunctionName: string): Promise<string> {
  const client = new ApiGatewayV2Client(config);
  const { ApiId } = await client.send(new CreateApiCommand({ Name: FunctionName, ProtocolType: "HTTP" }));
  const arn = `${functionArn(FunctionName)}:live`;
  const { IntegrationId } = await client.send(
    new CreateIntegrationCommand({
      ApiId,
      IntegrationType: "AWS_PROXY",
      IntegrationUri: `arn:aws:apigateway:${region}:lambda:path/2015-03-31/functions/${arn}/invocations`,
      PayloadFormatVersion: "2.0",
    }),
  );
  await client.send(
    new CreateRouteCommand({ ApiId, RouteKey: "$default", Target: `integrations/${IntegrationId}` }),
  );
  await client.send(new CreateStageCommand({ ApiId, StageName: "$default", AutoDeploy: true }));
  await lambda.send(
    new AddPermissionCommand({
      ...{ FunctionName, Qualifier: "live", StatementId: "http-api", Action: "lambda:InvokeFunction" },
      Principal: "apigateway.amazonaws.com",
      SourceArn: `arn:aws:execute-api:${region}:${account}:${ApiId}/*/*`,
    }),
  );
  return ApiId!;
}

async function distribution(config: Config, name: string, siteBucket: string, apiId: string) {
  const client = new CloudFrontClient(config);
  const { OriginAccessControl } = await client.send(
    new CreateOriginAccessControlCommand({
      OriginAccessControlConfig: {
        Name: `tintype-${name}-site`,
        OriginAccessControlOriginType: "s3",
        SigningBehavior: "always",
        SigningProtocol: "sigv4",
      },
    }),
  );
  const { KeyValueStore } = await client.send(new CreateKeyValueStoreCommand({ Name: `tintype-${name}` }));
  const store = KeyValueStore!.ARN!;
  const pages = await edgeFunction(client, `tintype-${name}-pages`, siteFunction(undefined));
  const proof = await edgeFunction(client, `tintype-${name}-proof`, proofFunction, store);
  const methods = ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"] as const;
  const api: CacheBehavior = {
    PathPattern: "/api/*",
    TargetOriginId: "api",
    ViewerProtocolPolicy: "https-only",
    CachePolicyId: managed.cachingDisabled,
    OriginRequestPolicyId: managed.allViewerExceptHostHeader,
    Compress: true,
    AllowedMethods: { Quantity: methods.length, Items: [...methods] },
    FunctionAssociations: proof,
  };
  const { Distribution } = await client.send(
    new CreateDistributionCommand({
      DistributionConfig: {
        CallerReference: name,
        Comment: `tintype ${name}`,
        Enabled: true,
        DefaultRootObject: "index.html",
        Origins: {
          Quantity: 2,
          Items: [
            {
              Id: "site",
              DomainName: `${siteBucket}.s3.${region}.amazonaws.com`,
              OriginAccessControlId: OriginAccessControl!.Id!,
              S3OriginConfig: { OriginAccessIdentity: "" },
            },
            {
              Id: "api",
              DomainName: `${apiId}.execute-api.${region}.amazonaws.com`,
              CustomOriginConfig: { HTTPPort: 80, HTTPSPort: 443, OriginProtocolPolicy: "https-only" },
            },
          ],
        },
        DefaultCacheBehavior: {
          TargetOriginId: "site",
          ViewerProtocolPolicy: "redirect-to-https",
          CachePolicyId: managed.cachingOptimized,
          Compress: true,
          AllowedMethods: { Quantity: 2, Items: ["GET", "HEAD"] },
          FunctionAssociations: pages,
        },
        CacheBehaviors: { Quantity: 1, Items: [api] },
      },
    }),
  );
  return { id: Distribution!.Id!, domain: Distribution!.DomainName!, store };
}

async function edgeFunction(client: CloudFrontClient, Name: string, code: string, store?: string) {
  const stores = { Quantity: 1, Items: [{ KeyValueStoreARN: store }] };
  const { ETag, FunctionSummary } = await client.send(
    new CreateEdgeFunctionCommand({
      Name,
      FunctionConfig: {
        Comment: "",
        Runtime: "cloudfront-js-2.0",
        ...(store !== undefined && { KeyValueStoreAssociations: stores }),
      },
      FunctionCode: Buffer.from(code),
    }),
  );
  await client.send(new PublishFunctionCommand({ Name, IfMatch: ETag! }));
  const FunctionARN = FunctionSummary!.FunctionMetadata!.FunctionARN!;
  return { Quantity: 1, Items: [{ EventType: "viewer-request" as const, FunctionARN }] };
}
