import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { Failure } from "../../cli/user-error.ts";
import { sdkClient } from "../clouds/sdk-client.ts";
import type { Deployment } from "../deployment.ts";
import { forgetPort } from "../clouds/local-port.ts";
import { readPin, removePin, writePin } from "./record.ts";
import { requireSameState } from "./same-state.ts";
import { readState } from "../terraform/state.ts";

/** Throws a Failure where the deployment was begun in another region, or with its state elsewhere, than is set. */
export async function requireSameRegion(deployment: Deployment): Promise<void> {
  requireSameState(deployment);
  const region = readPin(deployment)?.region ?? (await readState(deployment))?.outputs["region"]?.value;
  if (region === undefined || region === deployment.region) return;
  throw new Failure(
    `This deployment is in ${region}. Say so with every command: REGION=${region}\n` +
      "For one in another region choose another NAME.",
    2,
  );
}

/** Throws a Failure where the deployment was begun in another account than the one that was signed in to. */
export async function requireSameAccount(
  deployment: Deployment,
  access: Record<string, string>,
): Promise<void> {
  const expected = readPin(deployment)?.account;
  if (expected === undefined) return;
  const account = await accountOf(deployment, access);
  if (account === expected) return;
  throw new Failure(
    `This deployment is in the AWS account ${expected}; the credentials are of ${account}.\n` +
      "Set that account's credentials, or choose another NAME.",
    2,
  );
}

/** Notes, before the first thing is made, where that will be, and where the state of it. */
export async function pinPlace(deployment: Deployment, access: Record<string, string>): Promise<void> {
  if (readPin(deployment) !== undefined) return;
  const { region, stateBucket } = deployment;
  const account = await accountOf(deployment, access);
  writePin(deployment, { region, account, ...(stateBucket !== undefined && { stateBucket }) });
}

/** Nothing is left there: the name may be used anywhere. */
export function unpinPlace(deployment: Deployment): void {
  removePin(deployment);
  forgetPort(deployment.folder);
}

export async function accountOf({ region }: Deployment, access: Record<string, string>): Promise<string> {
  const client = new STSClient(sdkClient(access, access["AWS_ENDPOINT_URL"], region));
  const { Account } = await client.send(new GetCallerIdentityCommand({}));
  return Account!;
}
