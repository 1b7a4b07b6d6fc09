import {
  CloudWatchLogsClient,
  CreateLogStreamCommand,
  PutLogEventsCommand,
  ResourceNotFoundException,
} from "@aws-sdk/client-cloudwatch-logs";
import type { LogLine } from "./lambda/environment-log.ts";
import type { SigningKeys } from "../emulator/signed-fetch.ts";

export interface LogSinkProps {
  /** The emulator that keeps log groups. */
  readonly url: URL;
  readonly keys: SigningKeys;
  readonly regionOf: (group: string) => string;
}

/** Each environment has a stream: writing often takes more of the emulator than the requests of which the lines tell. */
const delayMs = 2000;
const keyOf = ({ group, stream }: LogLine) => `${group} ${stream}`;

/** Writes lines into log groups, in order, some at a time. As on AWS without the right to make one, a group that is gone stays gone. */
export function logSink({ url, keys, regionOf }: LogSinkProps) {
  const clients = new Map<string, CloudWatchLogsClient>();
  const streams = new Set<string>();
  let waiting: LogLine[] = [];
  let writing = Promise.resolve();

  function clientIn(region: string): CloudWatchLogsClient {
    const client =
      clients.get(region) ?? new CloudWatchLogsClient({ endpoint: url.href, region, credentials: keys });
    clients.set(region, client);
    return client;
  }

  async function put(lines: readonly LogLine[]): Promise<void> {
    const { group: logGroupName, stream: logStreamName } = lines[0]!;
    const client = clientIn(regionOf(logGroupName));
    const stream = { logGroupName, logStreamName };
    const key = keyOf(lines[0]!);
    if (!streams.has(key)) await client.send(new CreateLogStreamCommand(stream));
    streams.add(key);
    const logEvents = lines.map(({ at, line }) => ({ timestamp: at.getTime(), message: line }));
    await client.send(new PutLogEventsCommand({ ...stream, logEvents }));
  }

  async function flush(): Promise<void> {
    const lines = waiting;
    waiting = [];
    for (const key of new Set(lines.map(keyOf))) {
      await put(lines.filter((line) => keyOf(line) === key)).catch((error: unknown) => {
        streams.delete(key);
        if (!(error instanceof ResourceNotFoundException)) console.error(error);
      });
    }
  }

  return function write(line: LogLine): void {
    waiting.push(line);
    if (waiting.length > 1) return;
    setTimeout(() => (writing = writing.then(flush)), delayMs);
  };
}
