import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Judgement } from "../../src/policy/policy.ts";
import type { Synthesized } from "../../src/policy/synthesized.ts";
import type { Item } from "../../src/price/item.ts";
import {
  hoursInMonth,
  monthlyPrice,
  pricedRegions,
  priceList,
  regionOf,
  sourcesOf,
  textItems,
  textWarnings,
} from "../../src/price/price.ts";
import type { Deployment } from "../deployment.ts";

/** What the stack's program has written for a deployment. */
export function synthesized({ terraformFolder }: Deployment): Synthesized {
  return JSON.parse(readFileSync(join(terraformFolder, "cdk.tf.json"), "utf8")) as Synthesized;
}

/** How a stack stands to the security controls, for people. */
export function policyReport({ passed, excepted, findings }: Judgement): string[] {
  return [
    `Policy: ${passed.length} controls hold, ${excepted.length} exceptions, ${findings.length} findings.`,
    ...excepted.map(({ id, resource, reason }) => `  ${id} ${resource}\n    ${reason}`),
    ...findings.map(({ id, resource, title }) => `  BROKEN ${id} ${resource}: ${title}`),
  ];
}

/** What a month of a stack costs, for people. */
export function priceReport(stack: Synthesized): string[] {
  return [...pricesOf(stack), ...textWarnings(stack)];
}

function pricesOf(stack: Synthesized): string[] {
  const items = monthlyPrice(stack);
  if (items === undefined) {
    const known = pricedRegions(stack).join(", ");
    return [
      `Price: not known for ${regionOf(stack)}; the list of ${priceList.asOf} has ${known}.`,
      ...textItems(stack).map(line), // the same in all regions
    ];
  }
  const known = items.reduce((sum, { price = 0 }) => sum + price, 0);
  const least = items.some(({ price }) => price === undefined) ? "more than" : "about";
  const { asOf, currency, terms } = priceList;
  return [
    `Price: ${least} ${known.toFixed(2)} ${currency} a month (${hoursInMonth} hours, ${terms}; prices of ${asOf}).`,
    ...items.map(line),
    `  ${sourcesOf(stack).join(" ")}`,
  ];
}

function line({ what, price }: Item): string {
  return `  ${(price?.toFixed(2) ?? "?").padStart(7)}  ${what}`;
}
