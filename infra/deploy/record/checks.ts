import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { UserError } from "../../cli/user-error.ts";
import { sdkClient } from "../clouds/sdk-client.ts";
import type { Deployment } from "../deployment.ts";
import { forgetPort } from "../clouds/local-port.ts";
import { readState } from "../terraform/state.ts";
import type { Known } from "./known.ts";
import { type DeploymentRecord, readRecord, removeRecord, writeRecord } from "../deployment-record.ts";
import { requireSameState } from "../terraform/same-state.ts";

/** Says that a deployment is in another region than is set. */
export function regionFault(
  { region }: Pick<Deployment, "region">,
  { record, state }: Pick<Known, "record" | "state">,
): string | undefined {
  const begun = record?.region ?? state?.outputs["region"]?.value;
  if (begun === undefined || begun === region) return undefined;
  return (
    `This deployment is in ${begun}. Say so with every command: REGION=${begun}\n` +
    "It can be written into tintype.json. For one in another region choose another NAME."
  );
}

/** Throws a UserError if the deployment was begun in another region, or with its state elsewhere, than is set. */
export async function requireSameRegion(deployment: Deployment): Promise<void> {
  requireSameState(deployment);
  const record = readRecord(deployment); // on this machine: the state may be in a bucket of the other region
  const state = record === undefined ? await readState(deployment) : undefined;
  const fault = regionFault(deployment, { record, state });
  if (fault !== undefined) throw new UserError(fault, 2);
}

/** Says that a deployment was begun in another account than that of `access`. */
export async function accountFault(
  { region }: Pick<Deployment, "region">,
  record: DeploymentRecord | undefined,
  access: Record<string, string>,
): Promise<string | undefined> {
  if (record?.account === undefined) return undefined;
  const account = await accountOf({ region }, access);
  if (account === record.account) return undefined;
  return (
    `This deployment is in the AWS account ${record.account}; the credentials are of ${account}.\n` +
    "Set that account's credentials, or choose another NAME."
  );
}

/** Throws a UserError if the deployment was begun in another account than the one that was signed in to. */
export async function requireSameAccount(
  deployment: Deployment,
  access: Record<string, string>,
): Promise<void> {
  const fault = await accountFault(deployment, readRecord(deployment), access);
  if (fault !== undefined) throw new UserError(fault, 2);
}

/** Notes, before the first thing is made, where that will be, and where the state of it. */
export async function recordPlace(deployment: Deployment, access: Record<string, string>): Promise<void> {
  if (readRecord(deployment) !== undefined) return;
  const { region, stateBucket } = deployment;
  const account = await accountOf(deployment, access);
  writeRecord(deployment, { region, account, ...(stateBucket !== undefined && { stateBucket }) });
}

/** Nothing is left there: the name may be used anywhere. */
export function forgetPlace(deployment: Deployment): void {
  removeRecord(deployment);
  forgetPort(deployment.folder);
}

export async function accountOf(
  { region }: Pick<Deployment, "region">,
  access: Record<string, string>,
): Promise<string> {
  const client = new STSClient(sdkClient(access, access["AWS_ENDPOINT_URL"], region));
  const { Account } = await client.send(new GetCallerIdentityCommand({}));
  return Account!;
}
