import { beforeAll, expect, test } from "@jest/globals";
import { priceReport } from "../../deploy/terraform/policy-and-price.ts";
import { monthlyPrice, priceList } from "../../src/price/price.ts";
import { requestCosts } from "../../src/price/serverless.ts";
import { type Configuration, serverlessStack } from "../synthesize.ts";

let stack: Configuration;
beforeAll(async () => {
  stack = await serverlessStack();
}, 60_000);

const atRest = () => monthlyPrice(stack)!.reduce((total, { price }) => total + price!, 0);

test("SLS-78 at rest storage and recovery are paid, and nothing else", () => {
  expect(monthlyPrice(stack)!.filter(({ price }) => price !== 0)).toEqual([
    { what: expect.stringMatching(/^S3: 1 GB/), price: 2 * (0.023 + 0.05) },
    { what: expect.stringMatching(/^DynamoDB: 1 GB at 0\.25, its recovery at 0\.2 /), price: 0.45 },
    { what: expect.stringMatching(/^logs: 1 GB kept/), price: 0.03 },
  ]);
  expect(atRest()).toBeCloseTo(0.626, 6);
});

test("SLS-78 an eleventh alarm is paid", () => {
  const before = atRest();
  stack = structuredClone(stack);
  stack.resource["aws_cloudwatch_metric_alarm"]!["more"] = {};
  expect(atRest() - before).toBeCloseTo(0.1, 6);
});

test("requests are priced by what is billed, at three sizes", () => {
  const { serverless } = priceList.regions["us-east-1"]!;
  const costs = (daily: number) => requestCosts(daily, serverless!, priceList.activeUserTiers);
  expect(costs(100_000)["HTTP API"]).toBeCloseTo(3, 6);
  expect(costs(100_000)["Lambda"]).toBeCloseTo(3 * 1.002 * 0.2 + 3e6 * 0.065 * 0.0000166667, 6);
  expect(costs(100_000)["CloudFront"]).toBeCloseTo(3 * 1.13 + 60 * 0.085, 6);
  expect(costs(100_000)["DynamoDB"]).toBeCloseTo(3 * (3.318 * 0.125 + 0.19 * 0.625), 6);
  expect(costs(100_000)["logs"]).toBeCloseTo(3 * 1.5 * 0.5, 6);
  expect(costs(100_000)["metrics"]).toBeCloseTo(2 * 0.3, 6);
  // 6,000 people are within the free 10,000; 600,000 are not.
  expect(costs(100_000)["Cognito"]).toBe(0);
  expect(costs(10_000_000)["Cognito"]).toBeCloseTo(90_000 * 0.0055 + 500_000 * 0.0046, 6);
  const report = priceReport(stack).join("\n");
  for (const daily of ["1,000", "100,000", "10,000,000"]) {
    expect(report).toMatch(new RegExp(`0\\.00 {2}${daily} requests a day: [\\d.]+ more \\(Lambda `));
  }
});

test("the report says which prices are from memory, and those of another region are not guessed", async () => {
  const report = priceReport(stack).join("\n");
  expect(report).toContain("From memory, to be compared with the page: https://aws.amazon.com/");
  expect(report).not.toContain("public IPv4");
  const { serverless } = priceList.regions["us-east-1"]!;
  for (const { source, basis } of Object.values(serverless!)) {
    expect(source).toMatch(/^https:\/\/aws\.amazon\.com\//);
    expect(["memory", "other sites", "copies of the page"]).toContain(basis);
  }
  const elsewhere = await serverlessStack({ REGION: "eu-central-1" });
  expect(monthlyPrice(elsewhere)).toBeUndefined();
  expect(priceReport(elsewhere)).toEqual([
    `Price: not known for eu-central-1; the list of ${priceList.asOf} has us-east-1.`,
  ]);
}, 60_000);
