import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { priceReport } from "../deploy/terraform/policy-and-price.ts";
import { maxMessageUsd } from "../src/price/price.ts";
import { type Configuration, serverlessStack, synthesizedStack } from "./synthesize.ts";

const texts = { SMS_MONTHLY_USD: "10", SMS_COUNTRIES: "+49,-49900" };
const questions = [
  "CheckIfPhoneNumberIsOptedOut",
  "GetSMSSandboxAccountStatus",
  "ListSMSSandboxPhoneNumbers",
];

/** The statements about SNS in all policies of roles. */
function snsStatements({ resource }: Configuration) {
  const policies = Object.values(resource["aws_iam_role_policy"]!);
  return policies
    .flatMap(({ policy }) => JSON.parse(policy).Statement as Record<string, unknown>[])
    .filter(({ Action }) => [Action].flat().some((action) => String(action).startsWith("sns:")))
    .map(({ Action, Resource, NotResource }) => ({ Action: [Action].flat(), Resource, NotResource }));
}

const values = (block: object | undefined) => Object.values(block ?? {}) as Record<string, any>[];

test.each([
  ["ec2", synthesizedStack],
  ["serverless", serverlessStack],
] as const)(
  "SMS-01 on %s the two settings bring the right, the limit and the reasons against, without them there is nothing",
  async (stack, make) => {
    const [on, off] = await Promise.all([make(texts), make()]);
    const [publish, ask, ...others] = snsStatements(on);
    expect(publish!.Action).toEqual(["sns:Publish"]);
    expect(publish!.Resource).toBeUndefined();
    expect([publish!.NotResource].flat()).toEqual([expect.stringMatching(/^arn:\$\{.+\}:sns:\*:\*:\*$/)]);
    expect(ask!.Action).toEqual(questions.map((name) => `sns:${name}`));
    expect(others).toEqual([]);
    expect(values(on.resource["aws_sns_sms_preferences"])).toMatchObject([{ monthly_spend_limit: 10 }]);
    const report = priceReport(on).join("\n");
    expect(report).toMatch(/text messages: from .*; up to 10 and 50 messages a month/);
    expect(report).toContain("https://aws.amazon.com/sns/sms-pricing/");
    expect(report).toMatch(/SIM swap[^]*800-63B[^]*fraud with expensive numbers costs money/);
    const alarmsOn = values(on.resource["aws_cloudwatch_metric_alarm"]).map(({ metric_name }) => metric_name);
    expect(alarmsOn.includes("TextsExhausted")).toBe(stack === "serverless");
    const environments = values(on.resource["aws_lambda_function"]).map(
      ({ environment }) => environment.variables,
    );
    if (stack === "serverless") expect(environments).toContainEqual(expect.objectContaining(texts));
    expect(JSON.stringify(off)).not.toMatch(/sns|SMS|TextsExhausted/);
    expect(priceReport(off).join("\n")).not.toContain("text message");
  },
);

test("SMS-01 the plan shows the price of a message and the reasons against where it knows no other price", async () => {
  const report = priceReport(await synthesizedStack({ ...texts, REGION: "ap-south-2" })).join("\n");
  expect(report).toMatch(/^Price: not known for ap-south-2/);
  expect(report).toMatch(/from 0\.006 each .* to 0\.20, at which they end; up to 10 and 50 messages a month/);
  expect(report).toMatch(/SIM swap[^]*800-63B/);
});

test("SMS-01 the plan counts messages as the application does", () => {
  const file = join(import.meta.dirname, "../../app-backend/src/domain/text-message.ts");
  const [, price] = /maxMessageUsd = ([\d.]+)/.exec(readFileSync(file, "utf8")) ?? [];
  expect(Number(price)).toBe(maxMessageUsd);
});
