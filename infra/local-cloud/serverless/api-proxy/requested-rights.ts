import { type Call, type Json, jsonOf } from "./call.ts";
import { isUnsigned } from "./cognito.ts";
import { type Right, account } from "../../emulator/rights.ts";

/**
 * The rights that a call needs, each of them. Resources are those of DynamoDB, Cognito, SSM, CloudWatch Logs, SES and
 * the invocation of functions; any other call needs its action on `*`.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
 */
export function requestedRights(call: Call): Right[] {
  const action = call.action ?? `${call.method} ${call.rawPath}`;
  const anywhere = [{ action: `${call.service}:${action}`, resource: "*" }];
  // AWS asks no policy about these.
  if (call.service === "sts" && action === "GetCallerIdentity") return [];
  if (call.service === "cognito-idp" && isUnsigned(action)) return [];
  const found = byService[call.service]?.(call, action, jsonOf(call));
  return found === undefined || found.length === 0 ? anywhere : found;
}

type Rights = (call: Call, action: string, json: Json) => Right[] | undefined;

const byService: Record<string, Rights> = {
  dynamodb: (call, action, json) => {
    const table = (name: unknown) => tableArn(call, String(name));
    const items = itemsOf(json);
    if (action === "TransactWriteItems" || action === "TransactGetItems") {
      return items.map(([kind, name]) => ({
        action: `dynamodb:${transacted[kind] ?? kind}`,
        resource: table(name),
      }));
    }
    const right = (resource: string) => ({ action: `dynamodb:${action}`, resource });
    if (json["RequestItems"]) return Object.keys(json["RequestItems"]).map((name) => right(table(name)));
    if (json["ResourceArn"]) return [right(String(json["ResourceArn"]))];
    if (json["TableName"] === undefined) return undefined;
    const index = json["IndexName"] === undefined ? "" : `/index/${String(json["IndexName"])}`;
    return [right(table(json["TableName"]) + index)];
  },
  "cognito-idp": (call, action, { UserPoolId: pool }) =>
    pool === undefined
      ? undefined
      : [{ action: `cognito-idp:${action}`, resource: arn(call, "cognito-idp", `userpool/${String(pool)}`) }],
  ssm: (call, action, { Name, Names, Path }) =>
    [Name, Names, Path]
      .flat()
      .filter((name) => name !== undefined)
      .map((name) => ({
        action: `ssm:${action}`,
        resource: arn(call, "ssm", `parameter/${String(name).replace(/^\//, "")}`),
      })),
  lambda(call) {
    const invoked = invocationOf(call);
    if (invoked === undefined) return undefined;
    const { name, qualifier } = invoked;
    const suffix = qualifier === undefined ? "" : `:${qualifier}`;
    return [{ action: "lambda:InvokeFunction", resource: arn(call, "lambda", `function:${name}${suffix}`) }];
  },
  logs: (call, action, { logGroupName, logStreamName }) => {
    if (logGroupName === undefined) return undefined;
    const stream = `log-stream:${String(logStreamName ?? "")}`;
    const resource = arn(call, "logs", `log-group:${String(logGroupName)}:${stream}`);
    return [{ action: `logs:${action}`, resource }];
  },
  ses(call, _action, json) {
    if (call.method !== "POST" || call.rawPath !== "/v2/email/outbound-emails") return undefined;
    const from = String(json["FromEmailAddress"]);
    const address = /<([^>]*)>\s*$/.exec(from)?.[1] ?? from;
    const resource = arn(call, "ses", `identity/${address}`);
    return [{ action: "ses:SendEmail", resource, context: { "ses:FromAddress": address } }];
  },
};

const transacted: Record<string, string> = {
  Put: "PutItem",
  Update: "UpdateItem",
  Delete: "DeleteItem",
  ConditionCheck: "ConditionCheckItem",
  Get: "GetItem",
};

/** The parts of a transaction: what is done, to which table. */
function itemsOf({ TransactItems: items }: Json): [kind: string, table: unknown][] {
  if (!Array.isArray(items)) return [];
  return items.flatMap((item: Record<string, Json>) =>
    Object.entries(item).map(([kind, part]): [string, unknown] => [kind, part["TableName"]]),
  );
}

/** Function and version or alias of an invocation, by name or by ARN; undefined for any other call. */
export function invocationOf({
  method,
  path,
  query,
}: Call): { name: string; qualifier: string | undefined } | undefined {
  const [, asked] = /^\/2015-03-31\/functions\/([^/]+)\/invocations\/?$/.exec(path) ?? [];
  if (method !== "POST" || asked === undefined) return undefined;
  const [name = "", inName] = (asked.split(":function:")[1] ?? asked).split(":");
  const inQuery = query.find(([key]) => key === "Qualifier")?.[1];
  return { name, qualifier: inQuery ?? inName };
}

const arn = ({ region }: Call, service: string, rest: string) =>
  `arn:aws:${service}:${region}:${account}:${rest}`;

const tableArn = (call: Call, name: string) =>
  name.startsWith("arn:") ? name : arn(call, "dynamodb", `table/${name}`);
