import { beforeAll, describe, expect, test } from "@jest/globals";
import { priceReport } from "../../deploy/terraform/policy-and-price.ts";
import { monthlyPrice, priceList } from "../../src/price/price.ts";
import { assumed, mix, requestCosts } from "../../src/price/serverless.ts";
import { type Configuration, synthesizedStack } from "../synthesize.ts";
import { document, rowsOf } from "./document.ts";

let stack: Configuration;
beforeAll(async () => {
  stack = await synthesizedStack();
});

const sum = (of = stack) => monthlyPrice(of)!.reduce((total, { price }) => total + price!, 0);

test("two micro hosts with their volumes and addresses cost about 26 USD a month", () => {
  expect(monthlyPrice(stack)!.map(({ what }) => what)).toEqual([
    "2 t3.micro at 0.0104 an hour",
    "processor beyond 10 % of 4 vCPU over a day at 0.05 a vCPU-hour: up to 131.40 if always busy",
    "42 GB gp3 at 0.08 a GB",
    "2 public IPv4 at 0.005 an hour",
    "S3: 1 GB at 0.023, 10,000 uploads at 0.005 a thousand (assumed)",
    "data out to the internet: 100 GB free, then 0.09 a GB",
  ]);
  expect(sum()).toBeCloseTo(15.184 + 3.36 + 7.3 + 0.073, 6);
});

function changed(host: object): Configuration {
  const other = structuredClone(stack);
  for (const one of Object.values(other.resource["aws_instance"]!)) Object.assign(one, host);
  return other;
}

describe("docs/choosing-a-stack.md", () => {
  const { serverless, outGb } = priceList.regions["us-east-1"]!;
  const atRest = 0.626; // as serverless.test.ts has it
  const [daysInMonth, freeOutGb, peak] = [30, 100, 5];
  const costsOf = (daily: number) => requestCosts(daily, serverless!, priceList.activeUserTiers);
  const total = (parts: Record<string, number>) => Object.values(parts).reduce((all, part) => all + part, 0);
  const short = (value: number) =>
    value < 100 ? value.toFixed(2) : Math.round(value).toLocaleString("en-US");

  test.each([
    [1_000, "t3.micro"],
    [100_000, "t3.micro"],
    [10_000_000, "t3.xlarge"],
  ])("%i requests a day on two %s, and without hosts", (daily, type) => {
    const outOfHosts = Math.max(0, (daily * daysInMonth * assumed.edgeKb) / 1e6 - freeOutGb) * outGb;
    const perSecond = daily / 86_400;
    expect(rowsOf(daily.toLocaleString("en-US"))).toEqual([
      [
        `${short(perSecond)} (${short(perSecond * peak)})`,
        `two \`${type}\``,
        short(sum(changed({ instance_type: type })) + outOfHosts),
        short(atRest + total(costsOf(daily))),
      ],
      Object.values(costsOf(daily)).map(short),
    ]);
  });

  test("where both cost the same", () => {
    const { metrics = 0, ...parts } = costsOf(1_000);
    const perDaily = total(parts) / 1_000;
    const daily = Math.round((sum() - atRest - metrics) / perDaily / 10_000) * 10_000;
    expect(document).toContain(`About ${daily.toLocaleString("en-US")} requests a day`);
  });

  test("the mix of requests, which is the whole", () => {
    for (const [name, { share, reads, writes }] of Object.entries(mix))
      expect(rowsOf(name)).toEqual([
        [`${Number((share * 100).toFixed(1))} %`, String(reads), String(writes)],
      ]);
    expect(Object.values(mix).reduce((all, { share }) => all + share, 0)).toBeCloseTo(1, 9);
  });
});

test.each([
  ["t3.large", "30 % of 4 vCPU", 2 * 2 * 0.7],
  ["t2.micro", "10 % of 2 vCPU", 2 * 1 * 0.9],
])("USE-18 what unlimited mode may cost follows the type: %s", (type, share, vcpus) => {
  expect(priceReport(changed({ instance_type: type })).join("\n")).toContain(
    `processor beyond ${share} over a day at 0.05 a vCPU-hour: up to ${(vcpus * 0.05 * 730).toFixed(2)}`,
  );
});

test.each([
  ["has no credits", { instance_type: "m7i.large" }],
  ["is in standard mode", { credit_specification: { cpu_credits: "standard" } }],
])("USE-18 a host that %s has no such line", (_what, host) => {
  expect(priceReport(changed(host)).join("\n")).not.toContain("vCPU");
});

test("USE-18 the price list knows the credits of every burstable type that it has a price of", () => {
  const priced = Object.values(priceList.regions).flatMap(({ instanceHour }) => Object.keys(instanceHour));
  const burstable = priced.filter((type) => type.startsWith("t"));
  expect(burstable.filter((type) => priceList.burstable[type] === undefined)).toEqual([]);
});

test("the price follows the stack: another volume, host and address", () => {
  const before = sum();
  stack = structuredClone(stack);
  stack.resource["aws_ebs_volume"]!["more"] = { type: "gp3", size: 100 };
  stack.resource["aws_eip"]!["more"] = {};
  stack.resource["aws_instance"]!["more"] = {
    instance_type: "t3.micro",
    associate_public_ip_address: false,
    root_block_device: { volume_type: "gp3", volume_size: 8 },
  };
  expect(sum() - before).toBeCloseTo(108 * 0.08 + 730 * (0.005 + 0.0104), 6);
});

test("a type or a region that the list does not have is reported, not guessed", async () => {
  const type = await synthesizedStack({ INSTANCE_TYPE: "x9.huge" });
  expect(priceReport(type).join("\n")).toMatch(
    /^Price: more than 10\.73 USD.*\n +\? {2}2 x9\.huge, of which the list has no price$/m,
  );
  const region = await synthesizedStack({ REGION: "ma-north-1" });
  expect(monthlyPrice(region)).toBeUndefined();
  expect(priceReport(region)).toEqual([
    `Price: not known for ma-north-1; the list of ${priceList.asOf} has us-east-1, eu-central-1.`,
  ]);
});

test("the list says whose prices they are and of when", () => {
  expect(priceList.asOf).toMatch(/^\d{4}-\d{2}$/);
  for (const source of priceList.sources) expect(source).toMatch(/^https:\/\/aws\.amazon\.com\//);
  expect(priceReport(stack).join("\n")).toContain(`prices of ${priceList.asOf}`);
});
