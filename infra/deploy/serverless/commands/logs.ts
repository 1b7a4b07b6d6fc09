import { setTimeout as sleep } from "node:timers/promises";
import {
  CloudWatchLogsClient,
  type FilteredLogEvent,
  paginateFilterLogEvents,
  ResourceNotFoundException,
} from "@aws-sdk/client-cloudwatch-logs";
import { printable } from "../../../cli/printable.ts";
import type { Deployment } from "../../deployment.ts";
import { isSwitchedOn } from "../../flags.ts";
import { presentCloud } from "../../record/access.ts";
import { requireOutputs } from "../../terraform/state.ts";
import { inRegion } from "../clients.ts";
import type { ServerlessOutputs } from "../outputs.ts";

const shownForMs = 60 * 60_000;
const shownLines = 200;
const everyMs = 2000;
/** CloudWatch takes a while: an event may come after a later one. */
const lateMs = 10_000;

/** The last lines of all functions and of the HTTP API, by time; `FOLLOW=1` shows new ones until Ctrl-C. */
export async function logs(deployment: Deployment): Promise<void> {
  const follows = isSwitchedOn("FOLLOW");
  const { functions, region } = await requireOutputs<ServerlessOutputs>(deployment);
  const client = new CloudWatchLogsClient(inRegion(await presentCloud(deployment), region));
  const groups = [
    ...Object.values(functions).map((name) => `/aws/lambda/${name}`),
    `/aws/apigateway/tintype-${deployment.name}`,
  ];
  const since = async (startTime: number) =>
    (await Promise.all(groups.map((group) => eventsOf(client, group, startTime)))).flat().toSorted(byTime);
  const first = await since(Date.now() - shownForMs);
  print(first.slice(-shownLines));
  if (!follows) return;
  const seen = new Set(first.map(({ eventId }) => eventId));
  for (let from = Date.now() - lateMs; !isEnded(); from = Date.now() - lateMs) {
    await sleep(everyMs);
    const fresh = (await since(from)).filter(({ eventId }) => !seen.has(eventId));
    for (const { eventId } of fresh) seen.add(eventId);
    print(fresh);
  }
}

let ended: boolean | undefined;

/** Whether Ctrl-C was pressed since this was first asked. */
function isEnded(): boolean {
  if (ended === undefined) {
    ended = false;
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => (ended = true));
  }
  return ended;
}

async function eventsOf(
  client: CloudWatchLogsClient,
  logGroupName: string,
  startTime: number,
): Promise<FilteredLogEvent[]> {
  const found: FilteredLogEvent[] = [];
  try {
    for await (const { events = [] } of paginateFilterLogEvents({ client }, { logGroupName, startTime })) {
      found.push(...events);
    }
  } catch (error) {
    if (!(error instanceof ResourceNotFoundException)) throw error; // a group without a line yet
  }
  return found;
}

const byTime = (a: FilteredLogEvent, b: FilteredLogEvent) => (a.timestamp ?? 0) - (b.timestamp ?? 0);

function print(events: readonly FilteredLogEvent[]): void {
  for (const { message = "" } of events) process.stdout.write(`${printable(message.trimEnd())}\n`);
}
