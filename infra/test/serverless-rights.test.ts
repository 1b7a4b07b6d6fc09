import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { type Right, type Statement, account, verdictOf } from "../local-cloud/emulator/rights.ts";
import { rightsOf } from "../local-cloud/s3-proxy/src/rights.ts";
import type { Call } from "../local-cloud/serverless/api-proxy/call.ts";
import { requestedRights } from "../local-cloud/serverless/api-proxy/requested-rights.ts";
import { type Configuration, serverlessStack } from "./synthesize.ts";

// What each function's adapters call, in the names of the SDK, with what that call would need of AWS. The rehearsal of the
// whole stack refuses a call that is missing here; this refuses a right that no call needs.

const region = "us-east-1";
const base = {
  ...{
    region,
    method: "POST",
    target: "/",
    path: "/",
    rawPath: "/",
    query: [],
    headers: new Map<string, string>(),
  },
  caller: undefined,
};

function rights(service: string, action: string, json: object, more: Partial<Call> = {}): Right[] {
  return requestedRights({ ...base, service, action, body: Buffer.from(JSON.stringify(json)), ...more });
}

function s3(method: string, target: string, headers = new Map<string, string>()): Right[] {
  const { pathname, searchParams } = new URL(target, "http://s3.test");
  const query = [...searchParams] as [string, string][];
  return rightsOf({ method, target, path: pathname, query, headers }, headers);
}

interface CallOf {
  /** The name of the SDK's command, or what signs or runs in its place. */
  readonly command: string;
  /** What it is for. */
  readonly use: string;
  readonly needs: readonly Right[];
}

const item = (table: string, command: string, use: string): CallOf => ({
  command: `${command}Command`,
  use,
  needs: rights("dynamodb", command, { TableName: table }),
});
const index = (use: string): CallOf => ({
  command: "QueryCommand",
  use,
  needs: rights("dynamodb", "Query", { TableName: "records", IndexName: "by" }),
});
/** The parts of a transaction need the rights of the single calls. */
const transaction = (table: string, part: string, use: string): CallOf => ({
  command: "TransactWriteItemsCommand",
  use,
  needs: rights("dynamodb", "TransactWriteItems", { TransactItems: [{ [part]: { TableName: table } }] }),
});
const object = (method: string, command: string, prefix: string, use: string): CallOf => ({
  command,
  use,
  needs: s3(method, `/images/${prefix}/a`),
});
const ofPool = (command: string, use: string): CallOf => ({
  command: `${command}Command`,
  use,
  needs: rights("cognito-idp", command, { UserPoolId: "pool" }),
});
const logs = (name: string): CallOf[] =>
  ["CreateLogStream", "PutLogEvents"].map((action) => ({
    command: "the runtime",
    use: `write the log by ${action}`,
    needs: rights("logs", action, { logGroupName: `${name}-log`, logStreamName: "a" }),
  }));
const remove = (prefix: string, use: string): CallOf => ({
  command: "DeleteObjectsCommand",
  use,
  // S3 asks this of each object of a list.
  needs: s3("DELETE", `/images/${prefix}/a`),
});
const secrets = ["access-token", "refresh-token", "edge-proof", "factors"];

const calls: Readonly<Record<string, readonly CallOf[]>> = {
  api: [
    ...logs("api"),
    item("records", "GetItem", "find an account"),
    transaction("records", "Put", "add an account and its address"),
    item("records", "PutItem", "announce an image"),
    item("records", "UpdateItem", "change a profile"),
    item("records", "DeleteItem", "remove an image"),
    index("show the feed, and the images, projects and media of an account"),
    item("records", "Query", "list the versions of a project"),
    item("expiring", "GetItem", "find a session"),
    item("expiring", "PutItem", "open a session"),
    item("expiring", "UpdateItem", "count an attempt, rotate a token"),
    item("expiring", "DeleteItem", "sign out"),
    item("expiring", "Query", "list the sessions of an account"),
    object("PUT", "a signed URL", "incoming", "send an upload"),
    object("PUT", "PutObjectCommand", "incoming", "close an upload that is complete"),
    object("GET", "a signed URL", "images", "show an image"),
    object("GET", "a signed URL", "pictures", "show an account's picture"),
    object("GET", "GetObjectCommand", "incoming", "see what was uploaded"),
    object("HEAD", "HeadObjectCommand", "incoming", "learn what an upload became"),
    {
      command: "CopyObjectCommand",
      use: "store media that was uploaded",
      needs: s3("PUT", "/images/media/a", new Map([["x-amz-copy-source", "images/incoming/a"]])),
    },
    object("GET", "a signed URL", "media", "play a file"),
    remove("media", "remove a file"),
    object("PUT", "PutObjectCommand", "notes", "save notes"),
    object("GET", "GetObjectCommand", "notes", "open notes"),
    remove("notes", "remove a project"),
    object("DELETE", "DeleteObjectCommand", "images", "remove an image"),
    object("DELETE", "DeleteObjectCommand", "incoming", "discard what was uploaded"),
    remove("pictures", "remove an account's picture"),
    { command: "HeadBucketCommand", use: "answer whether it is ready", needs: s3("HEAD", "/images") },
    ofPool("AdminCreateUser", "give an account its first password"),
    ofPool("AdminGetUser", "learn whether an address is confirmed"),
    ofPool("AdminInitiateAuth", "try a password"),
    ofPool("AdminSetUserPassword", "change a password"),
    ofPool("AdminDeleteUser", "remove an account"),
    {
      command: "GetParametersCommand",
      use: "read the secrets",
      needs: rights("ssm", "GetParameters", { Names: secrets.map((name) => `/tintype/shop/${name}`) }),
    },
    ...secrets.map((name) => ({
      command: "GetParameterHistoryCommand",
      use: `read the ${name} secrets before`,
      needs: rights("ssm", "GetParameterHistory", { Name: `/tintype/shop/${name}` }),
    })),
    {
      command: "InvokeCommand",
      use: "have an image processed",
      needs: rights("lambda", "Invoke", {}, { path: "/2015-03-31/functions/images:live/invocations" }),
    },
  ],
  images: [
    ...logs("images"),
    object("GET", "GetObjectCommand", "incoming", "read an upload"),
    { command: "HeadBucketCommand", use: "answer a trial", needs: s3("HEAD", "/images") },
    object("PUT", "PutObjectCommand", "images", "store an image"),
    object("PUT", "PutObjectCommand", "pictures", "store an account's picture"),
  ],
  jobs: [
    ...logs("jobs"),
    item("records", "GetItem", "compare a record"),
    item("records", "UpdateItem", "mark an abandoned upload"),
    item("records", "DeleteItem", "remove a record without an object"),
    item("records", "PutItem", "remove the second factors of an account"),
    index("find abandoned uploads, and projects that are long in the bin"),
    item("records", "Query", "list the objects of an account, and what a removed one leaves"),
    item("expiring", "Query", "find the sessions of a removed account"),
    item("expiring", "DeleteItem", "end them"),
    item("expiring", "UpdateItem", "revoke tokens of an account whose second factors are removed"),
    { command: "ListObjectsV2Command", use: "list objects", needs: s3("GET", "/images?list-type=2") },
    {
      command: "ListObjectVersionsCommand",
      use: "find a former version",
      needs: s3("GET", "/images?versions"),
    },
    ...["images", "media", "notes", "pictures"].flatMap((prefix): CallOf[] => [
      object("GET", "GetObjectCommand", prefix, `compare one of ${prefix}`),
      {
        command: "CopyObjectCommand",
        use: `restore one of ${prefix}`,
        needs: s3(
          "PUT",
          `/images/${prefix}/a`,
          new Map([["x-amz-copy-source", `images/${prefix}/a?versionId=1`]]),
        ),
      },
      remove(prefix, `remove one of ${prefix} without a record`),
    ]),
    object("PUT", "PutObjectCommand", "incoming", "close an abandoned upload"),
    ofPool("ListUsers", "list identities"),
    ofPool("AdminDeleteUser", "remove one without an account"),
  ],
};

let stack: Configuration;
beforeAll(async () => void (stack = await serverlessStack()), 180_000);

/** The ARN that AWS would give, by names that the calls above use. */
function arnOf(type: string, id: string): string {
  const body = stack.resource[type]![id]!;
  const path = String(body["//"].metadata.path).split("/");
  const name = path.at(-2)!.replace("-function", "");
  const of = (service: string, rest: string) => `arn:aws:${service}:${region}:${account}:${rest}`;
  switch (type) {
    case "aws_dynamodb_table":
      return of("dynamodb", `table/${name}`);
    case "aws_s3_bucket":
      return `arn:aws:s3:::${name}`;
    case "aws_cognito_user_pool":
      return of("cognito-idp", "userpool/pool");
    case "aws_ssm_parameter":
      return of("ssm", `parameter${body["name"]}`);
    case "aws_lambda_alias":
      return of("lambda", `function:${name}:live`);
    case "aws_cloudwatch_log_group":
      return of("logs", `log-group:${name}-log`);
    default:
      throw new Error(`No name for a ${type}`);
  }
}

function statementsOf(role: string): Statement[] {
  const policies = Object.values(stack.resource["aws_iam_role_policy"]!);
  const own = policies.find((body) => body["//"].metadata.path === `serverless/${role}-function/rights`)!;
  const text = String(own["policy"]).replace(/\$\{(aws_[a-z0-9_]+)\.([^.}]+)\.arn\}/g, (_, type, id) =>
    arnOf(type, id),
  );
  return (JSON.parse(text) as { Statement: Statement[] }).Statement;
}

/** A policy as one statement for each action on each resource. */
const single = (statements: readonly Statement[]): Statement[] =>
  statements.flatMap(({ Effect, Action = [], Resource = [] }) =>
    [Action]
      .flat()
      .flatMap((action) =>
        [Resource].flat().map((resource) => ({ Effect, Action: action, Resource: resource })),
      ),
  );

const isAllowed = (statements: readonly Statement[], { needs }: CallOf) =>
  needs.every((right) => verdictOf(statements, right) === "allowed");

describe.each(Object.keys(calls))("the role of the function %s", (role) => {
  test("allows each call that its adapters make", () => {
    const own = single(statementsOf(role));
    const refused = calls[role]!.filter((call) => !isAllowed(own, call)).map(({ use }) => use);
    expect(refused).toEqual([]);
  });

  test("has no right without which every call would still be allowed", () => {
    const own = single(statementsOf(role));
    const unused = own.filter((one) => {
      const others = own.filter((each) => each !== one);
      return calls[role]!.every((call) => isAllowed(others, call));
    });
    expect(unused).toEqual([]);
  });
});

test("the calls are those of the adapters: no command is left out, and none is invented", () => {
  const adapters = join(import.meta.dirname, "../../app-backend/src/adapters");
  const ofForms = "media-storage.ts"; // bytes of files come through no function
  const files = ["cognito", "dynamodb", "lambda", "s3", "ssm"].flatMap((folder) =>
    readdirSync(join(adapters, folder))
      .filter((name) => name !== ofForms)
      .map((name) => join(adapters, folder, name)),
  );
  const found = files.flatMap((path) =>
    [...readFileSync(path, "utf8").matchAll(/new (\w+Command)\(/g)].map(([, name]) => name!),
  );
  // The client's own calls, which AWS asks no policy about.
  const unsigned =
    /^(SignUp|ConfirmSignUp|ResendConfirmationCode|ForgotPassword|ConfirmForgotPassword|GetUser)Command$/;
  const needed = [...new Set(found)].filter((name) => !unsigned.test(name)).toSorted();
  const listed = Object.values(calls)
    .flat()
    .map(({ command }) => command)
    .filter((name) => name.endsWith("Command"));
  expect([...new Set(listed)].toSorted()).toEqual(needed);
});
