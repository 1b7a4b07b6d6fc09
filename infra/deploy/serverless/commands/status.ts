import { existsSync } from "node:fs";
import { join } from "node:path";
import { CloudWatchClient, paginateDescribeAlarms } from "@aws-sdk/client-cloudwatch";
import type { Access } from "../../clouds/cloud.ts";
import type { Deployment } from "../../deployment.ts";
import { presentCloud } from "../../record/access.ts";
import { namesOf } from "../../leftovers/serverless-names.ts";
import { ask } from "../../site/client.ts";
import { plannedChanges } from "../../terraform/plan-text.ts";
import { requireOutputs } from "../../terraform/state.ts";
import { terraform } from "../../terraform/terraform.ts";
import { inRegion, lambdaClient } from "../clients.ts";
import { functionNames, type ServerlessOutputs } from "../outputs.ts";
import { type History, readHistory } from "../release/history.ts";
import { proofLateSince } from "../release/proof.ts";
import { bucketsOf } from "../release/release-application.ts";
import { liveVersion } from "../release/versions.ts";

interface Fact {
  readonly name: string;
  readonly text: string;
  readonly isWell: boolean;
}

/** What serves, which alarms are on, and what was changed by hand since the last deploy; exit code 1 if something is wrong. */
export async function status(deployment: Deployment): Promise<void> {
  const outputs = await requireOutputs<ServerlessOutputs>(deployment);
  const access = await presentCloud(deployment);
  const history = await readHistory(bucketsOf(outputs, access).client, outputs.bucket);
  const facts = (
    await Promise.all([
      siteFact(deployment, outputs),
      proofFact(deployment, outputs, access),
      releaseFacts(outputs, history, access),
      alarmFacts(deployment, outputs, access),
      changes(deployment, access),
    ])
  ).flat();
  const width = Math.max(...facts.map(({ name }) => name.length));
  for (const { name, text, isWell } of facts)
    process.stdout.write(`${name.padEnd(width)}  ${isWell ? " " : "!"} ${text}\n`);
  if (facts.some(({ isWell }) => !isWell)) process.exitCode = 1;
}

/** How long a function may take to start: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html */
const startMs = 10_000;

async function siteFact({ cloud, name }: Deployment, { url }: ServerlessOutputs): Promise<Fact> {
  const door = await cloud.edge.door({ name, url });
  if (door === undefined) return { name: "site", text: "not shown", isWell: false };
  const ready = await ask(door, "/api/ready", startMs).catch(() => undefined);
  if (ready?.status === 200) return { name: "site", text: `${door.url} ready`, isWell: true };
  return { name: "site", text: `${door.url} not ready (${ready?.status ?? "no answer"})`, isWell: false };
}

/** A rotation that was stopped half-way goes unnoticed until the API forgets the former proof. */
async function proofFact(
  { make }: Pick<Deployment, "make">,
  outputs: ServerlessOutputs,
  access: Access,
): Promise<Fact> {
  const since = await proofLateSince(outputs, access);
  if (since === undefined) return { name: "edge proof", text: "the latest", isWell: true };
  const text =
    `was replaced at ${since.toISOString()}, and the edge sends the former one: an hour later /api answers 403. ` +
    `To repair it: ${make("deploy")}`;
  return { name: "edge proof", text, isWell: false };
}

async function releaseFacts(outputs: ServerlessOutputs, history: History, access: Access): Promise<Fact[]> {
  const lambda = lambdaClient(access, outputs.region);
  const release = history.releases.find(({ at }) => at === history.live);
  if (release === undefined) return [{ name: "release", text: "none", isWell: false }];
  const found = functionNames.map(async (name): Promise<Fact> => {
    const version = await liveVersion(lambda, outputs.functions[name]);
    const isWell = version === release.versions[name];
    const text = isWell ? `version ${version}` : `version ${version}, deployed was ${release.versions[name]}`;
    return { name, text, isWell };
  });
  const text = `${release.at}, page ${release.site.id}`;
  return [{ name: "release", text, isWell: true }, ...(await Promise.all(found))];
}

async function alarmFacts(
  { name }: Deployment,
  { region }: ServerlessOutputs,
  access: Access,
): Promise<Fact[]> {
  const client = new CloudWatchClient(inRegion(access, region));
  const on: Fact[] = [];
  const asked = { AlarmNamePrefix: `tintype-${name}-` };
  for await (const { MetricAlarms = [] } of paginateDescribeAlarms({ client }, asked)) {
    const own = MetricAlarms.filter(
      ({ AlarmName = "", StateValue }) => StateValue === "ALARM" && namesOf(name).alarms.includes(AlarmName),
    );
    const texts = own.map(({ AlarmName, StateReason }) => `${AlarmName}: ${StateReason ?? "on"}`);
    on.push(...texts.map((text) => ({ name: "alarm", text, isWell: false })));
  }
  return on.length > 0 ? on : [{ name: "alarms", text: "none", isWell: true }];
}

/** By a plan against the configuration of the last deploy. */
async function changes(deployment: Deployment, access: Access): Promise<Fact[]> {
  const name = "as deployed";
  if (!existsSync(join(deployment.terraformFolder, "cdk.tf.json")))
    return [{ name, text: "not compared: another machine deployed it", isWell: true }];
  const plan = await (await terraform(deployment, access)).differences();
  if (plan === undefined) return [{ name, text: "yes", isWell: true }];
  const actions = plannedChanges(plan);
  return [
    { name, text: `no; to repair it: ${deployment.make("deploy")}`, isWell: false },
    ...actions.map((text) => ({ name: "changed", text, isWell: false })),
  ];
}
