import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { IAMClient, ListRolesCommand } from "@aws-sdk/client-iam";
import { LambdaClient, ListFunctionsCommand, ListTagsCommand } from "@aws-sdk/client-lambda";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { localCredentials } from "../../../../local-cloud/emulator/credentials.ts";
import { type Proxy, startApiProxy } from "./harness.ts";

let proxy: Proxy;
beforeAll(async () => void (proxy = await startApiProxy()));
afterAll(() => proxy.stop());

test("calls of the operator pass, in each protocol", async () => {
  await proxy.dynamodb.send(new ListTablesCommand());
  await new IAMClient(proxy.operator).send(new ListRolesCommand());
  await new LambdaClient(proxy.operator).send(new ListFunctionsCommand());
  await expect(new STSClient(proxy.operator).send(new GetCallerIdentityCommand())).resolves.toMatchObject({
    Account: "123456789012",
  });
});

test("a path with an ARN is verified as it was signed, encoded twice", async () => {
  const Resource = "arn:aws:lambda:us-east-1:123456789012:function:gone";
  const refused = new LambdaClient(proxy.operator).send(new ListTagsCommand({ Resource }));
  await expect(refused).rejects.toMatchObject({ name: "ResourceNotFoundException" });
});

interface HttpRequest {
  path: string;
  body?: unknown;
  headers: Record<string, string>;
}

/** A client whose requests are altered after they were signed. */
function altering(alter: (request: HttpRequest) => void): DynamoDBClient {
  const client = new DynamoDBClient(proxy.operator);
  client.middlewareStack.add((next) => (args) => (alter(args.request as HttpRequest), next(args)), {
    step: "finalizeRequest",
    priority: "low",
  });
  return client;
}

const refusals: [string, (request: HttpRequest) => void, string][] = [
  [
    "a signature off by a digit",
    ({ headers }) => {
      const last = headers["authorization"]?.at(-1) === "0" ? "1" : "0";
      headers["authorization"] = headers["authorization"]?.replace(/.$/, last) ?? "";
    },
    "InvalidSignatureException",
  ],
  [
    "another body",
    (request) => void ((request.body = '{"Limit": 10}'), (request.headers["content-length"] = "13")),
    "InvalidSignatureException",
  ],
  ["another path", (request) => void (request.path = "/other"), "InvalidSignatureException"],
  [
    "another action",
    ({ headers }) => void (headers["x-amz-target"] = "DynamoDB_20120810.DescribeLimits"),
    "InvalidSignatureException",
  ],
  [
    "a header that was not signed",
    ({ headers }) => void (headers["x-amz-extra"] = "1"),
    "IncompleteSignatureException",
  ],
  [
    "another service in the scope",
    ({ headers }) =>
      void (headers["authorization"] = headers["authorization"]!.replace("/dynamodb/", "/s3/")),
    "IncompleteSignatureException",
  ],
  [
    "no signature",
    ({ headers }) => void delete headers["authorization"],
    "MissingAuthenticationTokenException",
  ],
];

test.each(refusals)("%s is refused", async (_, alter, name) => {
  await expect(altering(alter).send(new ListTablesCommand())).rejects.toMatchObject({
    name,
    $metadata: { httpStatusCode: 400 },
  });
});

test("a wrong secret, an unknown key, a token of another cloud and an old one are refused", async () => {
  const { operator } = proxy;
  const clock = new Date();
  const foreign = localCredentials(() => clock).issue("api");
  const role = await proxy.role("api-proxy-expired");
  const keys = [
    [{ ...operator.credentials, secretAccessKey: "guess" }, "InvalidSignatureException"],
    [{ ...operator.credentials, accessKeyId: "AKIA0000000000000000" }, "UnrecognizedClientException"],
    [foreign, "UnrecognizedClientException"],
  ] as const;
  for (const [credentials, name] of keys) {
    const client = new DynamoDBClient({ ...operator, credentials });
    await expect(client.send(new ListTablesCommand())).rejects.toMatchObject({ name });
  }
  const before = proxy.clock.now;
  proxy.clock.now = new Date(before.getTime() + 3_600_001);
  const late = new DynamoDBClient({ ...role, systemClockOffset: 3_600_001 });
  await expect(late.send(new ListTablesCommand())).rejects.toMatchObject({
    name: "UnrecognizedClientException",
  });
  proxy.clock.now = before;
});

test("a clock 16 minutes off is refused", async () => {
  const before = proxy.clock.now;
  proxy.clock.now = new Date(Date.now() + 16 * 60_000);
  const late = new IAMClient({ ...proxy.operator, systemClockOffset: 0 });
  await expect(late.send(new ListRolesCommand())).rejects.toMatchObject({
    name: "SignatureDoesNotMatch",
    $metadata: { httpStatusCode: 403 },
  });
  proxy.clock.now = before;
});

test.each(["/moto-api/reset", "//moto-api/data.json", "/latest/meta-data/", "/"])(
  "what the emulator answers itself is not reached: %s",
  async (path) => {
    const answer = await fetch(proxy.endpoint + path);
    expect(answer.status).toBe(403);
  },
);
