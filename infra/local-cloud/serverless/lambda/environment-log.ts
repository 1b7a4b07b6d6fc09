import type { FunctionDescription } from "./function-description.ts";

/** One event of a log group, as CloudWatch keeps it. */
export interface LogLine {
  readonly group: string;
  readonly stream: string;
  readonly at: Date;
  readonly line: string;
}

export type Log = (line: LogLine) => void;

export interface Reported {
  readonly requestId: string;
  readonly durationMs: number;
  readonly initMs: number | undefined;
  readonly peakMemoryMb: number | undefined;
  /** @default - it succeeded */
  readonly status: "success" | "error" | "timeout";
  readonly errorType: string | undefined;
}

/** CloudWatch takes events of 1 MB; Lambda cuts lines at 256 KB. */
const maxLineLength = 256 * 1024;

/** The lines of one environment, and those that Lambda itself adds; https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html */
export function environmentLog(
  log: Log,
  stream: string,
  { logGroup, logFormat, memoryMb, version }: FunctionDescription,
) {
  const write = (line: string) =>
    log({ group: logGroup, stream, at: new Date(), line: line.slice(0, maxLineLength) });

  function platform(type: string, record: object, text: string): void {
    const time = new Date().toISOString();
    write(logFormat === "JSON" ? JSON.stringify({ time, type: `platform.${type}`, record }) : text);
  }

  return {
    write,
    start: (requestId: string) =>
      platform("start", { requestId, version }, `START RequestId: ${requestId} Version: ${version}`),
    timedOut(requestId: string, timeoutMs: number): void {
      const message = `${requestId} Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`;
      if (logFormat === "Text") write(`${new Date().toISOString()} ${message}`);
    },
    end({ requestId, durationMs, initMs, peakMemoryMb = memoryMb, status, errorType }: Reported): void {
      if (logFormat === "Text") write(`END RequestId: ${requestId}`);
      const billedDurationMs = Math.ceil(durationMs);
      const metrics = { durationMs, billedDurationMs, memorySizeMB: memoryMb, maxMemoryUsedMB: peakMemoryMb };
      const init = initMs === undefined ? {} : { initDurationMs: initMs };
      platform(
        "report",
        { requestId, status, errorType, metrics: { ...metrics, ...init } },
        [
          `REPORT RequestId: ${requestId}`,
          `Duration: ${durationMs.toFixed(2)} ms`,
          `Billed Duration: ${billedDurationMs} ms`,
          `Memory Size: ${memoryMb} MB`,
          `Max Memory Used: ${peakMemoryMb} MB`,
          ...(initMs === undefined ? [] : [`Init Duration: ${initMs.toFixed(2)} ms`]),
          ...(status === "success" ? [] : [`Status: ${status}`]),
          ...(errorType === undefined ? [] : [`Error Type: ${errorType}`]),
        ].join("\t"),
      );
    },
    initFailed: (errorType: string, initMs: number) =>
      platform(
        "initReport",
        {
          initializationType: "on-demand",
          phase: "init",
          status: "error",
          errorType,
          metrics: { durationMs: initMs },
        },
        `INIT_REPORT Init Duration: ${initMs.toFixed(2)} ms\tPhase: init\tStatus: error\tError Type: ${errorType}`,
      ),
  };
}
