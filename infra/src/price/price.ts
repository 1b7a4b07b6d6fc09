import { readFileSync } from "node:fs";
import { publicAddresses } from "../policy/public-address.ts";
import type { Item } from "./item.ts";
import { serverlessItems, serverlessSources, type ServerlessPrices, type UserTiers } from "./serverless.ts";
import { blocks, providersOf, resourcesOf, type Synthesized } from "../policy/synthesized.ts";

interface RegionPrices {
  readonly instanceHour: Readonly<Record<string, number>>;
  readonly volumeGbMonth: Readonly<Record<string, number>>;
  readonly publicAddressHour: number;
  readonly s3GbMonth: number;
  readonly s3ThousandUploads: number;
  readonly outGb: number;
  /** @default - not known */
  readonly serverless?: ServerlessPrices;
}

interface PriceList {
  readonly asOf: string;
  readonly currency: string;
  readonly terms: string;
  readonly sources: readonly string[];
  /** What a vCPU costs in the hours for which an instance in unlimited mode has no credits; the same in all regions. */
  readonly surplusVcpuHour: number;
  /** By instance type; `baseline` is the share of each vCPU that its price includes. */
  readonly burstable: Readonly<Record<string, { readonly vcpus: number; readonly baseline: number }>>;
  readonly activeUserTiers: UserTiers;
  readonly regions: Readonly<Record<string, RegionPrices>>;
}

export const hoursInMonth = 730;

/** As in app-backend/src/domain/text-message.ts, which a test compares. */
export const maxMessageUsd = 0.2;

export const priceList = JSON.parse(
  readFileSync(new URL("price-list.json", import.meta.url), "utf8"),
) as PriceList;

const isServerless = (stack: Synthesized) => resourcesOf(stack, "aws_lambda_function").length > 0;

/**
 * What a month of a synthesized stack costs, by what is billed; undefined where the list does not have its region. What is
 * paid by the request has no price here, and says what it comes to.
 */
export function monthlyPrice(stack: Synthesized): Item[] | undefined {
  const prices = priceList.regions[regionOf(stack)];
  if (prices === undefined) return undefined;
  if (isServerless(stack)) {
    if (prices.serverless === undefined) return undefined;
    return [
      ...textItems(stack),
      ...objects(stack, prices),
      ...serverlessItems(stack, prices.serverless, priceList.activeUserTiers),
    ];
  }
  return [
    ...instances(stack, prices),
    ...surplus(stack),
    ...volumes(stack, prices),
    ...addresses(stack, prices),
    ...objects(stack, prices),
    ...textItems(stack),
  ];
}

/** The regions whose prices of such a stack are in the list. */
export function pricedRegions(stack: Synthesized): string[] {
  const regions = Object.entries(priceList.regions);
  return regions
    .filter(([, prices]) => !isServerless(stack) || prices.serverless !== undefined)
    .map(([region]) => region);
}

/** Where the prices of a stack stand. */
export function sourcesOf(stack: Synthesized): readonly string[] {
  const prices = priceList.regions[regionOf(stack)]?.serverless;
  if (!isServerless(stack) || prices === undefined) return [...priceList.sources, ...textSources(stack)];
  const objectStore = priceList.sources.filter((source) => source.includes("/s3/"));
  return [...objectStore, ...serverlessSources(prices, priceList.activeUserTiers), ...textSources(stack)];
}

export const regionOf = (stack: Synthesized): string =>
  String(providersOf(stack).find(({ address }) => address === "provider.aws")?.body["region"]);

function instances(stack: Synthesized, { instanceHour }: RegionPrices): Item[] {
  const types = resourcesOf(stack, "aws_instance").map(
    ({ body }) => [String(body["instance_type"]), 1] as const,
  );
  return summed(types).map(([type, count]) =>
    item(`${count} ${type}`, instanceHour[type], "an hour", count * hoursInMonth),
  );
}

/** Unlimited mode bills what an instance computes beyond its baseline, averaged over a day. A small site stays below. */
function surplus(stack: Synthesized): Item[] {
  const { surplusVcpuHour: each, burstable } = priceList;
  const types = resourcesOf(stack, "aws_instance")
    .filter(({ body }) =>
      blocks(body["credit_specification"]).some((one) => one["cpu_credits"] === "unlimited"),
    )
    .map(({ body }) => [String(body["instance_type"]), 1] as const);
  return summed(types).flatMap(([type, count]) => {
    const { vcpus, baseline } = burstable[type] ?? { vcpus: 0, baseline: 0 };
    if (vcpus === 0) return [];
    const most = count * vcpus * (1 - baseline) * each * hoursInMonth;
    const percent = Math.round(baseline * 100);
    const what = `processor beyond ${percent} % of ${count * vcpus} vCPU over a day at ${each} a vCPU-hour`;
    return [{ what: `${what}: up to ${most.toFixed(2)} if always busy`, price: 0 }];
  });
}

function volumes(stack: Synthesized, { volumeGbMonth }: RegionPrices): Item[] {
  const devices = resourcesOf(stack, "aws_instance").flatMap(({ body }) => [
    ...blocks(body["root_block_device"] ?? {}),
    ...blocks(body["ebs_block_device"]),
  ]);
  const sizes = [
    ...devices.map((device) => [String(device["volume_type"]), Number(device["volume_size"])] as const),
    ...resourcesOf(stack, "aws_ebs_volume").map(
      ({ body }) => [String(body["type"]), Number(body["size"])] as const,
    ),
  ];
  return summed(sizes).map(([type, gb]) => item(`${gb} GB ${type}`, volumeGbMonth[type], "a GB", gb));
}

function addresses(stack: Synthesized, { publicAddressHour }: RegionPrices): Item[] {
  const count = publicAddresses(stack);
  return [item(`${count} public IPv4`, publicAddressHour, "an hour", count * hoursInMonth)];
}

/** How much S3 holds and takes, no stack says: a small site is assumed. */
function objects(stack: Synthesized, prices: RegionPrices): Item[] {
  const { s3GbMonth: gb, s3ThousandUploads: uploads, outGb } = prices;
  return [
    {
      what: `S3: 1 GB at ${gb}, 10,000 uploads at ${uploads} a thousand (assumed)`,
      price: resourcesOf(stack, "aws_s3_bucket").length * (gb + 10 * uploads),
    },
    { what: `data out to the internet: 100 GB free, then ${outGb} a GB`, price: 0 },
  ];
}

/** What one costs depends on the country; the application has SNS send none for more than `maxMessageUsd`. */
export function textItems(stack: Synthesized): Item[] {
  return textLimits(stack).map(({ body }) => {
    const most = Number(body["monthly_spend_limit"]);
    const count = Math.floor(most / maxMessageUsd + 1e-9);
    const each = "from 0.006 each (US, and what carriers add) to 0.20, at which they end";
    return { what: `text messages: ${each}; up to ${most} and ${count} messages a month`, price: 0 };
  });
}

const textLimits = (stack: Synthesized) => resourcesOf(stack, "aws_sns_sms_preferences");

function textSources(stack: Synthesized): string[] {
  return textLimits(stack).map(() => "https://aws.amazon.com/sns/sms-pricing/");
}

/** Why text messages are off by default; empty where they are. */
export function textWarnings(stack: Synthesized): string[] {
  if (textLimits(stack).length === 0) return [];
  return [
    "Text messages are the weakest second factor: a carrier can be talked into giving a number away (SIM swap), NIST SP",
    "800-63B restricts them, and fraud with expensive numbers costs money. The limit of SNS is that of the whole account in",
    "this region. See docs/decisions/0048-text-messages.md.",
  ];
}

function item(what: string, each: number | undefined, unit: string, amount: number): Item {
  if (each === undefined || Number.isNaN(amount))
    return { what: `${what}, of which the list has no price`, price: undefined };
  return { what: `${what} at ${each} ${unit}`, price: each * amount };
}

function summed(entries: readonly (readonly [string, number])[]): [string, number][] {
  const sums = new Map<string, number>();
  for (const [name, amount] of entries) sums.set(name, (sums.get(name) ?? 0) + amount);
  return [...sums];
}
