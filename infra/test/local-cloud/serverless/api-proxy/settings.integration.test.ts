import { createHash } from "node:crypto";
import {
  ApiGatewayV2Client,
  CreateApiCommand,
  CreateStageCommand,
  GetStageCommand,
  UpdateStageCommand,
} from "@aws-sdk/client-apigatewayv2";
import {
  CognitoIdentityProviderClient,
  CreateUserPoolCommand,
  DeleteUserPoolCommand,
  DescribeUserPoolCommand,
  SignUpCommand,
  UpdateUserPoolCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import {
  CreateAliasCommand,
  CreateFunctionCommand,
  DeleteFunctionCommand,
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  LambdaClient,
  ListFunctionsCommand,
  ListVersionsByFunctionCommand,
  PublishVersionCommand,
  UpdateFunctionCodeCommand,
} from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type Proxy, startApiProxy } from "./harness.ts";

let proxy: Proxy;
beforeAll(async () => void (proxy = await startApiProxy()));
afterAll(() => proxy.stop());

test("a user pool keeps at an update what cannot change, and its tags", async () => {
  const client = new CognitoIdentityProviderClient(proxy.operator);
  const fixed = {
    UsernameAttributes: ["email" as const],
    UsernameConfiguration: { CaseSensitive: false },
    UserPoolTags: { Project: "tintype" },
  };
  const PasswordPolicy = { MinimumLength: 12 };
  const created = await client.send(
    new CreateUserPoolCommand({ PoolName: "settings", ...fixed, Policies: { PasswordPolicy } }),
  );
  const UserPoolId = created.UserPool!.Id!;
  const off = {
    RequireLowercase: false,
    RequireUppercase: false,
    RequireNumbers: false,
    RequireSymbols: false,
  };
  const expected = {
    ...fixed,
    UserPoolTier: "ESSENTIALS",
    Policies: { PasswordPolicy: { ...PasswordPolicy, ...off } },
  };
  const described = async () => (await client.send(new DescribeUserPoolCommand({ UserPoolId }))).UserPool;
  expect(await described()).toMatchObject(expected);

  const stricter = { PasswordPolicy: { ...PasswordPolicy, RequireNumbers: true } };
  await client.send(new UpdateUserPoolCommand({ UserPoolId, Policies: stricter, UserPoolTier: "LITE" }));
  expect(await described()).toMatchObject({
    ...fixed,
    UserPoolTier: "LITE",
    Policies: { PasswordPolicy: { ...off, RequireNumbers: true } },
  });

  await client.send(new UpdateUserPoolCommand({ UserPoolId, DeletionProtection: "ACTIVE" }));
  const remove = new DeleteUserPoolCommand({ UserPoolId });
  await expect(client.send(remove)).rejects.toMatchObject({ name: "InvalidParameterException" });
  await client.send(new UpdateUserPoolCommand({ UserPoolId, DeletionProtection: "INACTIVE" }));
  await client.send(remove);
  await expect(described()).rejects.toMatchObject({ name: "ResourceNotFoundException" });
});

test("the emulator's user plane, which takes any code, is never reached", async () => {
  const client = new CognitoIdentityProviderClient(proxy.operator);
  const signUp = client.send(new SignUpCommand({ ClientId: "c", Username: "a@example.org", Password: "p" }));
  await expect(signUp).rejects.toMatchObject({ name: "UnsupportedOperationException" });
});

test("a function keeps its logging settings, its code and the numbers of its versions", async () => {
  const client = new LambdaClient(proxy.operator);
  const AssumeRolePolicyDocument = JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" },
    ],
  });
  const { Role } = await new IAMClient(proxy.operator).send(
    new CreateRoleCommand({ RoleName: "settings-function", AssumeRolePolicyDocument }),
  );
  const FunctionName = "settings";
  const LoggingConfig = { LogFormat: "JSON" as const, LogGroup: "/aws/lambda/own" };
  const code = (text: string) => Buffer.from(`not a real zip: ${text}`);
  await client.send(
    new CreateFunctionCommand({
      ...{ FunctionName, Role: Role!.Arn!, LoggingConfig },
      ...{ Runtime: "nodejs22.x", Handler: "index.handler", Code: { ZipFile: code("first") } },
    }),
  );
  await client.send(new PublishVersionCommand({ FunctionName }));
  await client.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile: code("second") }));

  const configuration = await client.send(new GetFunctionConfigurationCommand({ FunctionName }));
  expect(configuration).toMatchObject({ LoggingConfig });
  const { Functions } = await client.send(new ListFunctionsCommand());
  expect(Functions).toContainEqual(expect.objectContaining({ FunctionName, LoggingConfig }));

  const fetched = async (Qualifier?: string) => {
    const { Code, Configuration } = await client.send(
      new GetFunctionCommand({ FunctionName, ...(Qualifier && { Qualifier }) }),
    );
    expect(Configuration).toMatchObject({ LoggingConfig });
    const bytes = Buffer.from(await (await fetch(Code!.Location!)).arrayBuffer());
    expect(createHash("sha256").update(bytes).digest("base64")).toBe(Configuration!.CodeSha256);
    return bytes;
  };
  expect(await fetched("1")).toEqual(code("first"));
  expect(await fetched()).toEqual(code("second"));
  expect((await fetch(`${proxy.endpoint}/_code/${"0".repeat(64)}`)).status).toBe(404);

  // moto would count those that are left, and the next version would have the number of an older one.
  const published = async (text: string) =>
    (await client.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile: code(text), Publish: true })))
      .Version;
  expect([await published("third"), await published("fourth")]).toEqual(["2", "3"]);
  await client.send(new DeleteFunctionCommand({ FunctionName, Qualifier: "2" }));
  expect(await published("fifth")).toBe("4");
  expect(await fetched("4")).toEqual(code("fifth"));
  const { Versions } = await client.send(new ListVersionsByFunctionCommand({ FunctionName }));
  expect(Versions?.map(({ Version }) => Version)).toEqual(["$LATEST", "1", "3", "4"]);
  const alias = { FunctionName, Name: "live", FunctionVersion: "2" };
  for (const asked of [fetched("2"), client.send(new CreateAliasCommand(alias))]) {
    await expect(asked).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  }

  await client.send(new DeleteFunctionCommand({ FunctionName }));
  await expect(client.send(new GetFunctionCommand({ FunctionName }))).rejects.toMatchObject({
    name: "ResourceNotFoundException",
  });
});

test("SLS-74 a stage of an HTTP API is changed, and keeps the rest", async () => {
  const client = new ApiGatewayV2Client(proxy.operator);
  const { ApiId } = await client.send(new CreateApiCommand({ Name: "settings", ProtocolType: "HTTP" }));
  const AccessLogSettings = {
    DestinationArn: "arn:aws:logs:us-east-1:123456789012:log-group:own",
    Format: "$",
  };
  const stage = { ApiId, StageName: "$default" };
  await client.send(
    new CreateStageCommand({ ...stage, AutoDeploy: true, AccessLogSettings, Tags: { a: "b" } }),
  );
  const DefaultRouteSettings = { ThrottlingRateLimit: 1, ThrottlingBurstLimit: 2 };
  await client.send(new UpdateStageCommand({ ...stage, DefaultRouteSettings }));
  const found = await client.send(new GetStageCommand(stage));
  expect(found).toMatchObject({
    AutoDeploy: true,
    AccessLogSettings,
    DefaultRouteSettings,
    Tags: { a: "b" },
  });
  const missing = client.send(new UpdateStageCommand({ ApiId, StageName: "other" }));
  await expect(missing).rejects.toMatchObject({ name: "NotFoundException" });
});
