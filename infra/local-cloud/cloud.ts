import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../cli/user-error.ts";
import { acmeDaemon, stopAcme } from "./acme/acme.ts";
import { startInBackground } from "./emulator/background.ts";
import { oneAtATime } from "./emulator/one-at-a-time.ts";
import { cloudFolder } from "./emulator/paths.ts";
import { endProcess, processesWith, runs } from "./emulator/processes.ts";
import { forgetRegions } from "./ec2/regions.ts";

export interface ServerlessPorts {
  /** Of the API before the emulator, which verifies what it does not. */
  readonly apiPort: number;
  /** Of the keys of CloudFront's key value stores. */
  readonly keyValuePort: number;
}

/** A running local cloud: what its process wrote down when it was ready. */
export interface LocalCloud {
  /** New with every start: everything that an older one held is gone. */
  readonly id: string;
  readonly pid: number;
  readonly motoPid: number;
  readonly apiUrl: string;
  readonly s3Port: number;
  readonly metadataPort: number;
  readonly mailPort: number;
  /** Of text messages. @default - the process is of a release that had none */
  readonly textPort?: number;
  /** @default - the process is of a release that had none */
  readonly controlPort?: number;
  /** The moto of DynamoDB. @default - not started */
  readonly dynamodb?: { readonly motoPid: number; readonly port: number };
  /** What `serverless` needs of it. @default - not started */
  readonly serverless?: ServerlessPorts;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export const cloudFile = join(cloudFolder, "cloud.json");
const log = join(cloudFolder, "cloud.log");
const daemon = join(import.meta.dirname, "daemon.ts");

/** The local cloud that runs now, or undefined. */
export function runningCloud(): LocalCloud | undefined {
  const cloud = lastCloud();
  return cloud !== undefined && runs(cloud.pid, daemon) ? cloud : undefined;
}

/** The local cloud that was started last, whether or not it still runs. */
function lastCloud(): LocalCloud | undefined {
  if (!existsSync(cloudFile)) return undefined;
  return JSON.parse(readFileSync(cloudFile, "utf8")) as LocalCloud;
}

/** Whether the record of a cloud is there, whether or not the cloud still runs. */
export const hasCloud = () => existsSync(cloudFile);

/** Starts the emulated AWS API in the background unless it runs, and waits until it answers. */
export async function startCloud(): Promise<LocalCloud> {
  return runningCloud() ?? (await oneAtATime("cloud", start));
}

async function start(): Promise<LocalCloud> {
  const running = runningCloud();
  if (running !== undefined) return running;
  await stop();
  const started = await startInBackground({ program: daemon, log, state: runningCloud });
  if (started !== undefined) return started;
  throw new UserError(`The emulated AWS API did not start. See ${log}`);
}

/** Ends it, and everything that it held; and each moto of one that was killed and could not do so itself. */
export const stopCloud = (): Promise<void> => oneAtATime("cloud", stop);

async function stop(): Promise<void> {
  await stopAcme();
  const cloud = lastCloud();
  if (cloud === undefined) return;
  await endProcess(cloud.pid, daemon);
  await endProcess(cloud.motoPid, "moto", new URL(cloud.apiUrl).port);
  if (cloud.dynamodb !== undefined)
    await endProcess(cloud.dynamodb.motoPid, "moto", String(cloud.dynamodb.port));
  forgetRegions();
  rmSync(cloudFile, { force: true });
}

/** Ends what runs of a cloud whose record was lost with its folder: each of its programs ends what it started. */
export async function stopLostCloud(): Promise<void> {
  const acmeDaemonBefore = join(import.meta.dirname, "acme-daemon.ts"); // its path in releases until November 2026
  for (const program of [daemon, acmeDaemon, acmeDaemonBefore]) {
    for (const pid of processesWith(process.execPath, program)) await endProcess(pid, program);
  }
}

/** Asks the local cloud itself. Returns the answer's status and JSON; undefined if it has no control. */
export async function askControl(
  { controlPort, secretAccessKey }: LocalCloud,
  method: "GET" | "PUT" | "DELETE",
  path: string,
  body?: unknown,
): Promise<{ readonly status: number; readonly body: unknown } | undefined> {
  if (controlPort === undefined) return undefined;
  const answer = await fetch(`http://127.0.0.1:${controlPort}${path}`, {
    method,
    headers: { authorization: `Bearer ${secretAccessKey}` },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: text === "" ? undefined : JSON.parse(text) };
}

/** As `cloudEnvironment`, for the stack `serverless`. */
export function serverlessEnvironment(
  cloud: LocalCloud,
  { apiPort, keyValuePort }: ServerlessPorts,
): Record<string, string> {
  return {
    ...cloudEnvironment(cloud),
    AWS_ENDPOINT_URL: `http://127.0.0.1:${apiPort}`,
    // The SDK puts the account's number before this name.
    AWS_ENDPOINT_URL_CLOUDFRONT_KEYVALUESTORE: `http://localhost:${keyValuePort}`,
  };
}

/** The environment that points Terraform and the AWS SDK at this cloud. */
export function cloudEnvironment(cloud: LocalCloud): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: cloud.apiUrl,
    AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${cloud.s3Port}`,
    AWS_ACCESS_KEY_ID: cloud.accessKeyId,
    AWS_SECRET_ACCESS_KEY: cloud.secretAccessKey,
    AWS_SESSION_TOKEN: "",
    AWS_PROFILE: "",
    AWS_EC2_METADATA_DISABLED: "true",
  };
}
