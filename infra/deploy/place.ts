import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import type { Deployment } from "./deployment.ts";
import { Failure } from "./failure.ts";
import { forgetPort } from "./local-port.ts";
import { sdkClient } from "./sdk-client.ts";
import { readOutputs } from "./state.ts";
import { makeWhole } from "./whole.ts";

/** Where a deployment was begun. Elsewhere Terraform finds nothing of it, and forgets it. */
interface Place {
  readonly region: string;
  /** @default - not known: the deployment is older than this file */
  readonly account?: string;
}

const fileOf = ({ folder }: Deployment) => join(folder, "place.json");

/** Throws a Failure where the deployment was begun in another region than the one that is set. */
export function requireSameRegion(deployment: Deployment): void {
  const place = pinned(deployment);
  if (place === undefined || place.region === deployment.region) return;
  throw new Failure(
    `This deployment is in ${place.region}. Say so with every command: REGION=${place.region}\n` +
      "For one in another region choose another NAME.",
    2,
  );
}

/** Throws a Failure where the deployment was begun in another account than the one that was signed in to. */
export async function requireSameAccount(
  deployment: Deployment,
  access: Record<string, string>,
): Promise<void> {
  const expected = pinned(deployment)?.account;
  if (expected === undefined) return;
  const account = await accountOf(deployment, access);
  if (account === expected) return;
  throw new Failure(
    `This deployment is in the AWS account ${expected}; the credentials are of ${account}.\n` +
      "Set that account's credentials, or choose another NAME.",
    2,
  );
}

/** Notes, before the first thing is made, where that will be. */
export async function pinPlace(deployment: Deployment, access: Record<string, string>): Promise<void> {
  await makeWhole(fileOf(deployment), async (aside) => {
    const place: Place = { region: deployment.region, account: await accountOf(deployment, access) };
    writeFileSync(aside, JSON.stringify(place));
  });
}

/** Nothing is left there: the name may be used anywhere. */
export function unpinPlace(deployment: Deployment): void {
  rmSync(fileOf(deployment), { force: true });
  forgetPort(deployment);
}

function pinned(deployment: Deployment): Place | undefined {
  if (existsSync(fileOf(deployment))) return JSON.parse(readFileSync(fileOf(deployment), "utf8")) as Place;
  return readOutputs(deployment);
}

async function accountOf({ region }: Deployment, access: Record<string, string>): Promise<string> {
  const client = new STSClient(sdkClient(access, access["AWS_ENDPOINT_URL"], region));
  const { Account } = await client.send(new GetCallerIdentityCommand({}));
  return Account!;
}
