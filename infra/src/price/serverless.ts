import { resourcesOf, type Synthesized } from "../policy/synthesized.ts";
import type { Item } from "./item.ts";

interface Sourced {
  readonly source: string;
  /** Where we have it from: AWS's page renders its prices by a program, so no test can compare them. */
  readonly basis: "copies of the page" | "other sites" | "memory";
}

interface Price extends Sourced {
  readonly price: number;
}

const names = [
  ...["lambdaMillion", "lambdaGbSecond", "httpApiMillion", "edgeMillion", "edgeGb", "edgeFunctionMillion"],
  ...["keyValueReadMillion", "tableWriteMillion", "tableReadMillion", "tableGbMonth", "recoveryGbMonth"],
  ...["logGb", "logGbMonth", "alarmMonth", "metricMonth"],
] as const;

export type ServerlessPrices = Readonly<Record<(typeof names)[number], Price>>;

export interface UserTiers extends Sourced {
  /** Of an active user in a month, in ascending order. */
  readonly tiers: readonly { readonly upTo: number; readonly price: number }[];
}

/** Of all requests, and units of DynamoDB for each: those that SLS-25 measures, one to know that an account has a password, and two to authenticate. */
export const mix = {
  "sign-in": { share: 0.01, reads: 10, writes: 6 },
  refresh: { share: 0.1, reads: 1, writes: 1 },
  "page of 20 images": { share: 0.3, reads: 4.5, writes: 0 },
  "announced image": { share: 0.002, reads: 2, writes: 7 },
  "published image": { share: 0.002, reads: 3, writes: 8 },
  "anything else": { share: 0.586, reads: 3, writes: 0 },
};

/** What one request to the API is assumed to use, on average. */
export const assumed = {
  lambdaSeconds: 0.06,
  lambdaGb: 1,
  /** Of an image: 0.8 seconds with 2 GB, for which the API waits 0.9 with 1. */
  imageGbSeconds: 2.5,
  edgeKb: 20,
  /** The application's lines, the gateway's, and Lambda's own two. */
  logKb: 1.5,
  /** Of one person in a month. */
  requestsOfUser: 500,
  /** Names that the application writes. */
  metrics: 12,
};

const daysInMonth = 30;
const freeAlarms = 10;
const freeMetrics = 10;
const million = 1e6;

/** What an idle deployment costs, and what requests add. */
export function serverlessItems(stack: Synthesized, prices: ServerlessPrices, tiers: UserTiers): Item[] {
  const alarms = resourcesOf(stack, "aws_cloudwatch_metric_alarm").length;
  const { tableGbMonth, recoveryGbMonth, logGbMonth, alarmMonth } = prices;
  return [
    {
      what: `DynamoDB: 1 GB at ${tableGbMonth.price}, its recovery at ${recoveryGbMonth.price} (assumed)`,
      price: tableGbMonth.price + recoveryGbMonth.price,
    },
    { what: `logs: 1 GB kept at ${logGbMonth.price} (assumed)`, price: logGbMonth.price },
    {
      what: `${alarms} alarms: ${freeAlarms} free, then ${alarmMonth.price} each`,
      price: Math.max(0, alarms - freeAlarms) * alarmMonth.price,
    },
    ...[1_000, 100_000, 10_000_000].map((daily) => requests(daily, prices, tiers)),
  ];
}

export function serverlessSources(prices: ServerlessPrices, tiers: UserTiers): string[] {
  const all: Sourced[] = [...Object.values(prices), tiers];
  const from = (basis: Sourced["basis"]) => [
    ...new Set(all.filter((each) => each.basis === basis).map(({ source }) => source)),
  ];
  return [
    ...from("copies of the page"),
    "From what other sites say of the page, to be compared with it:",
    ...from("other sites"),
    "From memory, to be compared with the page:",
    ...from("memory"),
  ];
}

/** What requests to the API cost in a month, by what is billed. */
export function requestCosts(
  daily: number,
  prices: ServerlessPrices,
  tiers: UserTiers,
): Record<string, number> {
  const count = daily * daysInMonth;
  const perMillion = ({ price }: Price, units = 1) => (count / million) * units * price;
  const gb = (kb: number) => (count * kb) / million;
  const { lambdaSeconds, lambdaGb, imageGbSeconds, edgeKb, logKb, requestsOfUser, metrics } = assumed;
  const images = mix["published image"].share;
  const gbSeconds = lambdaSeconds * lambdaGb + images * imageGbSeconds;
  return {
    Lambda: perMillion(prices.lambdaMillion, 1 + images) + count * gbSeconds * prices.lambdaGbSecond.price,
    "HTTP API": perMillion(prices.httpApiMillion),
    CloudFront:
      perMillion(prices.edgeMillion) +
      perMillion(prices.edgeFunctionMillion) +
      perMillion(prices.keyValueReadMillion) +
      gb(edgeKb) * prices.edgeGb.price,
    DynamoDB:
      perMillion(prices.tableReadMillion, unitsOfRequest("reads")) +
      perMillion(prices.tableWriteMillion, unitsOfRequest("writes")),
    logs: gb(logKb) * prices.logGb.price,
    metrics: (metrics - freeMetrics) * prices.metricMonth.price,
    Cognito: ofUsers(count / requestsOfUser, tiers),
  };
}

const unitsOfRequest = (kind: "reads" | "writes") =>
  Object.values(mix).reduce((sum, request) => sum + request.share * request[kind], 0);

function requests(daily: number, prices: ServerlessPrices, tiers: UserTiers): Item {
  const costs = requestCosts(daily, prices, tiers);
  const total = Object.values(costs).reduce((sum, cost) => sum + cost, 0);
  const parts = Object.entries(costs).map(([what, cost]) => `${what} ${cost.toFixed(2)}`);
  return {
    what: `${daily.toLocaleString("en-US")} requests a day: ${total.toFixed(2)} more (${parts.join(", ")})`,
    price: 0,
  };
}

function ofUsers(users: number, { tiers }: UserTiers): number {
  return tiers.reduce((sum, { upTo, price }, at) => {
    const from = tiers[at - 1]?.upTo ?? 0;
    return sum + Math.max(0, Math.min(users, upTo) - from) * price;
  }, 0);
}
