import {
  AdminDeleteUserCommand,
  CognitoIdentityProviderClient,
  ConfirmSignUpCommand,
  DescribeUserPoolCommand,
  SignUpCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  CreateTableCommand,
  DeleteTableCommand,
  DynamoDBClient,
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactGetItemsCommand,
  TransactWriteItemsCommand,
} from "@aws-sdk/client-dynamodb";
import { DeleteRolePolicyCommand, IAMClient, ListRolesCommand } from "@aws-sdk/client-iam";
import { InvokeCommand, LambdaClient, ListFunctionsCommand } from "@aws-sdk/client-lambda";
import { GetParametersCommand, PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Invocation } from "../../../../local-cloud/serverless/api-proxy/lambda.ts";
import type { Statement } from "../../../../local-cloud/emulator/rights.ts";
import { type Proxy, startApiProxy } from "./harness.ts";

const own = "rights-own";
const other = "rights-other";
const arn = (rest: string) => `arn:aws:${rest.replace(":", ":us-east-1:123456789012:")}`;
const allow = (Action: string | string[], Resource: string | string[]): Statement => ({
  Effect: "Allow",
  Action,
  Resource,
});

const called: unknown[] = [];
let proxy: Proxy;
beforeAll(async () => {
  proxy = await startApiProxy({
    userPlane: async (action, body, caller) => {
      called.push({ action, body, caller });
      if (action === "ConfirmSignUp")
        return { status: 400, body: { __type: "CodeMismatchException", message: "no" } };
      return { status: 200, body: { UserSub: "sub" } };
    },
    invoke: async ({ functionName, qualifier, payload, type }: Invocation) => ({
      status: 200,
      headers: {},
      body: JSON.stringify({ functionName, qualifier, type, payload: payload.toString() }),
    }),
  });
  for (const TableName of [own, other]) await proxy.dynamodb.send(table(TableName));
});
afterAll(async () => {
  for (const TableName of [own, other]) await proxy.dynamodb.send(new DeleteTableCommand({ TableName }));
  await proxy.stop();
});

const table = (TableName: string) =>
  new CreateTableCommand({
    TableName,
    BillingMode: "PAY_PER_REQUEST",
    KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
    AttributeDefinitions: ["pk", "owner"].map((AttributeName) => ({ AttributeName, AttributeType: "S" })),
    GlobalSecondaryIndexes: ["by-owner", "by-other"].map((IndexName) => ({
      IndexName,
      KeySchema: [{ AttributeName: "owner", KeyType: "HASH" }],
      Projection: { ProjectionType: "ALL" },
    })),
  });

const Key = { pk: { S: "a" } };
const Item = Key;
const get = (TableName = own) => new GetItemCommand({ TableName, Key });
const put = (TableName = own) => new PutItemCommand({ TableName, Item });
const query = (IndexName: string) =>
  new QueryCommand({
    ...{ TableName: own, IndexName },
    KeyConditionExpression: "#o = :o",
    ExpressionAttributeNames: { "#o": "owner" },
    ExpressionAttributeValues: { ":o": { S: "ada" } },
  });
const check = (TableName: string) => ({
  ConditionCheck: { TableName, Key: { pk: { S: "b" } }, ConditionExpression: "attribute_not_exists(pk)" },
});
const transaction = (...names: string[]) =>
  new TransactWriteItemsCommand({
    TransactItems: [...names.map((TableName) => ({ Put: { TableName, Item } })), check(own)],
  });

const rights = allow(
  ["GetItem", "BatchGetItem", "PutItem", "Query", "ConditionCheckItem"].map((action) => `dynamodb:${action}`),
  [arn(`dynamodb:table/${own}`), arn(`dynamodb:table/${own}/index/by-owner`)],
);

/** Sends as a role and returns the rights that were missing, or "allowed". */
async function outcome(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return "allowed";
  } catch (error) {
    const { name, message } = error as Error;
    if (!/^AccessDenied(Exception)?$/.test(name)) throw error;
    return /to perform: (\S+) on resource/.exec(message)?.[1] ?? message;
  }
}

describe("a role may do in DynamoDB what its policy says", () => {
  const as = (config: object) => {
    const client = new DynamoDBClient(config);
    return (command: { input: object }) => outcome(client.send(command as GetItemCommand));
  };

  test("and nothing else", async () => {
    const send = as(await proxy.role("rights-table", rights));
    expect(await send(get())).toBe("allowed");
    expect(await send(put())).toBe("allowed");
    expect(await send(query("by-owner"))).toBe("allowed");
    expect(await send(transaction(own))).toBe("allowed");
    expect(await send(new BatchGetItemCommand({ RequestItems: { [own]: { Keys: [Key] } } }))).toBe("allowed");

    expect(await send(get(other))).toBe("dynamodb:GetItem");
    expect(await send(query("by-other"))).toBe("dynamodb:Query");
    expect(await send(new ScanCommand({ TableName: own }))).toBe("dynamodb:Scan");
    expect(await send(new DeleteTableCommand({ TableName: own }))).toBe("dynamodb:DeleteTable");
    expect(await send(new ListTablesCommand())).toBe("dynamodb:ListTables");
    expect(await send(transaction(own, other))).toBe("dynamodb:PutItem");
    const both = { [own]: { Keys: [Key] }, [other]: { Keys: [Key] } };
    expect(await send(new BatchGetItemCommand({ RequestItems: both }))).toBe("dynamodb:BatchGetItem");
    const batch = new BatchWriteItemCommand({ RequestItems: { [own]: [{ PutRequest: { Item } }] } });
    expect(await send(batch)).toBe("dynamodb:BatchWriteItem");
    const reads = new TransactGetItemsCommand({
      TransactItems: [own, other].map((TableName) => ({ Get: { TableName, Key } })),
    });
    expect(await send(reads)).toBe("dynamodb:GetItem");
  });

  test.each(["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:ConditionCheckItem"])(
    "without %s what needs it is refused",
    async (missing) => {
      const name = `rights-without-${missing.split(":")[1]}`;
      const kept = [rights.Action ?? []].flat().filter((action) => action !== missing);
      const send = as(await proxy.role(name, allow(kept, [rights.Resource ?? []].flat())));
      const commands = { Get: get(), Put: put(), Query: query("by-owner"), ConditionCheck: transaction() };
      for (const [kind, command] of Object.entries(commands)) {
        const isMissing = missing.includes(kind);
        expect([kind, await send(command)]).toEqual([kind, isMissing ? missing : "allowed"]);
      }
    },
  );

  test("a transaction that is refused in one part changes nothing", async () => {
    const pk = { S: "never" };
    const client = new DynamoDBClient(await proxy.role("rights-part", rights));
    const refused = client.send(
      new TransactWriteItemsCommand({
        TransactItems: [own, other].map((TableName) => ({ Put: { TableName, Item: { pk } } })),
      }),
    );
    await expect(refused).rejects.toMatchObject({
      name: "AccessDeniedException",
      $metadata: { httpStatusCode: 400 },
    });
    const { Item: stored } = await proxy.dynamodb.send(new GetItemCommand({ TableName: own, Key: { pk } }));
    expect(stored).toBeUndefined();
  });

  test("from the moment that the policy changes", async () => {
    const send = as(await proxy.role("rights-changing"));
    expect(await send(get())).toBe("dynamodb:GetItem");
    await proxy.grant("rights-changing", rights);
    expect(await send(get())).toBe("allowed");
    await proxy.grant("rights-changing", rights, { Effect: "Deny", Action: "dynamodb:Get*", Resource: "*" });
    expect(await send(get())).toBe("dynamodb:GetItem");
    const RoleName = "rights-changing";
    await new IAMClient(proxy.operator).send(new DeleteRolePolicyCommand({ RoleName, PolicyName: "own" }));
    expect(await send(put())).toBe("dynamodb:PutItem");
  });
});

test("a role may do in Cognito what its policy says; sign-up is everyone's", async () => {
  const UserPoolId = "us-east-1_own";
  const role = await proxy.role(
    "rights-pool",
    allow("cognito-idp:AdminDeleteUser", arn(`cognito-idp:userpool/${UserPoolId}`)),
  );
  const client = new CognitoIdentityProviderClient(role);
  called.splice(0);
  const remove = (id: string) =>
    outcome(client.send(new AdminDeleteUserCommand({ UserPoolId: id, Username: "ada" })));
  expect(await remove(UserPoolId)).toBe("allowed");
  expect(await remove("us-east-1_other")).toBe("cognito-idp:AdminDeleteUser");
  expect(await outcome(client.send(new DescribeUserPoolCommand({ UserPoolId })))).toBe(
    "cognito-idp:DescribeUserPool",
  );
  const signUp = { ClientId: "client", Username: "ada@example.org", Password: "secret" };
  expect(await client.send(new SignUpCommand(signUp))).toMatchObject({ UserSub: "sub" });
  expect(called).toEqual([
    { action: "AdminDeleteUser", body: { UserPoolId, Username: "ada" }, caller: { role: "rights-pool" } },
    { action: "SignUp", body: signUp, caller: undefined },
  ]);
  const wrong = client.send(new ConfirmSignUpCommand({ ...signUp, ConfirmationCode: "000000" }));
  await expect(wrong).rejects.toMatchObject({
    name: "CodeMismatchException",
    $metadata: { httpStatusCode: 400 },
  });
});

test("a role may read the parameters that its policy names, all of them or none", async () => {
  const operator = new SSMClient(proxy.operator);
  for (const name of ["/rights/own", "/rights/other"]) {
    await operator.send(new PutParameterCommand({ Name: name, Value: "secret", Type: "SecureString" }));
  }
  const client = new SSMClient(
    await proxy.role("rights-ssm", allow("ssm:GetParameters", arn("ssm:parameter/rights/own"))),
  );
  const read = (...Names: string[]) =>
    outcome(client.send(new GetParametersCommand({ Names, WithDecryption: true })));
  expect(await read("/rights/own")).toBe("allowed");
  expect(await read("/rights/own", "/rights/other")).toBe("ssm:GetParameters");
});

test("a role may invoke the function that its policy names, by that alias", async () => {
  const FunctionName = "rights-function";
  const role = await proxy.role(
    "rights-invoke",
    allow("lambda:InvokeFunction", arn(`lambda:function:${FunctionName}:live`)),
  );
  const client = new LambdaClient(role);
  const invoke = (Qualifier?: string, name = FunctionName) =>
    client.send(
      new InvokeCommand({ FunctionName: name, Payload: Buffer.from("{}"), ...(Qualifier && { Qualifier }) }),
    );
  const { Payload } = await invoke("live");
  const answer = { functionName: FunctionName, qualifier: "live", type: "RequestResponse", payload: "{}" };
  expect(JSON.parse(Buffer.from(Payload!).toString())).toEqual(answer);
  expect(await outcome(invoke(undefined, `${arn(`lambda:function:${FunctionName}`)}:live`))).toBe("allowed");
  expect(await outcome(invoke())).toBe("lambda:InvokeFunction");
  expect(await outcome(invoke("2"))).toBe("lambda:InvokeFunction");
  await expect(invoke("2")).rejects.toMatchObject({
    name: "AccessDeniedException",
    $metadata: { httpStatusCode: 403 },
  });
});

test("a role without a policy, or that is not there, may only ask who it is", async () => {
  const role = await proxy.role("rights-none");
  expect(await outcome(new DynamoDBClient(role).send(get()))).toBe("dynamodb:GetItem");
  expect(await outcome(new IAMClient(role).send(new ListRolesCommand()))).toBe("iam:ListRoles");
  expect(await outcome(new LambdaClient(role).send(new ListFunctionsCommand()))).toContain("lambda:GET");
  expect(await outcome(new STSClient(role).send(new GetCallerIdentityCommand()))).toBe("allowed");
});
