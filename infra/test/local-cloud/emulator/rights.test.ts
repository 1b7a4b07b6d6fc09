import { expect, test } from "@jest/globals";
import { type Statement, verdictOf } from "../../../local-cloud/emulator/rights.ts";

const table = "arn:aws:dynamodb:us-east-1:123456789012:table/people";
const get = { action: "dynamodb:GetItem", resource: table };
const allow = (more: Partial<Statement> = {}): Statement => ({
  Effect: "Allow",
  Action: "dynamodb:GetItem",
  Resource: table,
  ...more,
});

test.each<[string, Statement[], string]>([
  ["no statement", [], "not allowed"],
  ["the very right", [allow()], "allowed"],
  ["an action in other letters", [allow({ Action: ["dynamodb:getitem"] })], "allowed"],
  ["a resource in other letters", [allow({ Resource: table.replace("people", "People") })], "not allowed"],
  ["another action", [allow({ Action: "dynamodb:PutItem" })], "not allowed"],
  ["a star in an action", [allow({ Action: "dynamodb:Get*" })], "allowed"],
  ["a question mark in an action", [allow({ Action: "dynamodb:?etItem" })], "allowed"],
  ["a question mark for no letter", [allow({ Action: "dynamodb:GetItem?" })], "not allowed"],
  ["a dot is a dot", [allow({ Action: "dynamodb.GetItem" })], "not allowed"],
  ["every resource", [allow({ Resource: "*" })], "allowed"],
  ["a star in a resource", [allow({ Resource: [table.replace("people", "pe*")] })], "allowed"],
  ["a table is not its indexes", [allow({ Resource: `${table}/index/*` })], "not allowed"],
  [
    "a star does not cross the parts of an ARN",
    [allow({ Resource: "arn:aws:*:table/people" })],
    "not allowed",
  ],
  ["a star for one part of an ARN", [allow({ Resource: table.replace("us-east-1", "*") })], "allowed"],
  ["a Deny wins, before", [allow({ Effect: "Deny" }), allow()], "explicitly denied"],
  [
    "a Deny wins, after",
    [allow({ Action: "*" }), allow({ Effect: "Deny", Resource: "*" })],
    "explicitly denied",
  ],
  ["a Deny of something else", [allow(), allow({ Effect: "Deny", Action: "dynamodb:Scan" })], "allowed"],
  ["all but an action", [{ Effect: "Allow", NotAction: "dynamodb:Scan", Resource: "*" }], "allowed"],
  ["all but this action", [{ Effect: "Allow", NotAction: "dynamodb:Get*", Resource: "*" }], "not allowed"],
  ["all but this resource", [{ Effect: "Deny", Action: "*", NotResource: table }, allow()], "allowed"],
  [
    "all but another resource",
    [{ Effect: "Deny", Action: "*", NotResource: `${table}x` }, allow()],
    "explicitly denied",
  ],
  [
    "a condition on what is not known here",
    [allow({ Condition: { Bool: { "aws:SecureTransport": "true" } } })],
    "not allowed",
  ],
  [
    "a Deny under such a condition",
    [allow(), allow({ Effect: "Deny", Condition: { Bool: { "aws:SecureTransport": "false" } } })],
    "explicitly denied",
  ],
])("%s", (_, statements, verdict) => {
  expect(verdictOf(statements, get)).toBe(verdict);
});

test("a condition on what is known decides", () => {
  const from = (address: string) => ({
    action: "ses:SendEmail",
    resource: "arn:aws:ses:us-east-1:123456789012:identity/a@example.org",
    context: { "ses:FromAddress": address },
  });
  const mail = allow({
    Action: "ses:SendEmail",
    Resource: "*",
    Condition: { StringEquals: { "ses:FromAddress": "a@example.org" } },
  });
  expect(verdictOf([mail], from("a@example.org"))).toBe("allowed");
  expect(verdictOf([mail], from("b@example.org"))).toBe("not allowed");
  expect(
    verdictOf([allow({ Action: "*", Resource: "*" }), { ...mail, Effect: "Deny" }], from("b@example.org")),
  ).toBe("allowed");
});
