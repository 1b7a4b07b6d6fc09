import {
  CloudwatchMetricAlarm,
  type CloudwatchMetricAlarmConfig,
} from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm/index.js";
import { Construct } from "constructs";
import type { Lambda } from "./function.ts";
import type { Table } from "./table.ts";

export interface AlarmsProps {
  readonly name: string;
  /** Of the metrics that the application writes into its log (CloudWatch's embedded metric format). */
  readonly namespace: string;
  readonly api: Lambda;
  readonly images: Lambda;
  readonly jobs: Lambda;
  readonly records: Table;
  readonly sendsTexts: boolean;
}

interface Watched {
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions?: Readonly<Record<string, string>>;
  readonly above: number;
  /** @default Sum */
  readonly statistic?: "Sum" | "p99";
}

const minute = 60;
const hour = 60 * minute;

/** Ten, and one of text messages: AWS asks no money for ten. They change their state and send nothing; `make status` shows it. */
export class Alarms extends Construct {
  private readonly name: string;

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    this.name = props.name;
    const { api, images, jobs, records, namespace } = props;
    const lambda = (watched: Lambda) => ({
      namespace: "AWS/Lambda",
      dimensions: { FunctionName: watched.name },
    });

    this.within5Minutes("api-errors", { ...lambda(api), metric: "Errors", above: 0 });
    this.within5Minutes("api-throttles", { ...lambda(api), metric: "Throttles", above: 0 });
    // A request is given up after 29 seconds.
    this.within5Minutes("api-duration", {
      ...lambda(api),
      metric: "Duration",
      above: 10_000,
      statistic: "p99",
    });
    this.within5Minutes("images-errors", { ...lambda(images), metric: "Errors", above: 0 });
    this.within5Minutes("images-throttles", { ...lambda(images), metric: "Throttles", above: 10 });
    this.within5Minutes("jobs-errors", { ...lambda(jobs), metric: "Errors", above: 0 });
    this.within5Minutes("refused-sign-ins", { namespace, metric: "RefusedSignIns", above: 100 });
    this.within5Minutes("unsent-mail", { namespace, metric: "UnsentMail", above: 0 });
    if (props.sendsTexts)
      this.within5Minutes("texts-exhausted", { namespace, metric: "TextsExhausted", above: 0 });
    this.within5Minutes("table-throttles", {
      namespace: "AWS/DynamoDB",
      dimensions: { TableName: records.name },
      metric: "WriteThrottleEvents",
      above: 0,
    });
    this.alarm("jobs-missing", {
      namespace: "AWS/Lambda",
      dimensions: { FunctionName: jobs.name },
      metricName: "Invocations",
      statistic: "Sum",
      period: hour,
      evaluationPeriods: 2, // two hourly runs
      threshold: 1,
      comparisonOperator: "LessThanThreshold",
      treatMissingData: "breaching",
    });
  }

  private within5Minutes(id: string, watched: Watched): void {
    const { namespace, metric, dimensions, above, statistic = "Sum" } = watched;
    this.alarm(id, {
      namespace,
      metricName: metric,
      ...(dimensions && { dimensions }),
      ...(statistic === "Sum" ? { statistic } : { extendedStatistic: statistic }),
      period: 5 * minute,
      evaluationPeriods: 1,
      threshold: above,
      comparisonOperator: "GreaterThanThreshold",
      treatMissingData: "notBreaching",
    });
  }

  private alarm(id: string, config: Omit<CloudwatchMetricAlarmConfig, "alarmName">): void {
    new CloudwatchMetricAlarm(this, id, { alarmName: `tintype-${this.name}-${id}`, ...config });
  }
}
