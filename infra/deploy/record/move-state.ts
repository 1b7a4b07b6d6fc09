import { existsSync, readFileSync, renameSync } from "node:fs";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { UserError } from "../../cli/user-error.ts";
import { stateKey } from "../../src/constructs/state-key.ts";
import type { Deployment } from "../deployment.ts";
import { localStateFile, stateClient, stateText } from "../terraform/state-storage.ts";
import { readRecord, writeRecord } from "../deployment-record.ts";
import { accountOf } from "./checks.ts";
import { readState, resourcesIn } from "../terraform/state.ts";

/** Moves the state of a deployment that was begun on this machine into its bucket. Gives whether there was one. */
export async function moveState(deployment: Deployment, access: Record<string, string>): Promise<boolean> {
  const { region, stateBucket } = deployment;
  const pin = readRecord(deployment);
  const file = localStateFile(deployment);
  if (stateBucket === undefined || pin?.stateBucket !== undefined) return false;
  const here = await readState({ ...deployment, stateBucket: undefined });
  if (resourcesIn(here) === 0 && pin === undefined) return false;
  if (existsSync(file)) await copy(deployment, readFileSync(file, "utf8"), access);
  const account = pin?.account ?? (await accountOf(deployment, access));
  writeRecord(deployment, { region, ...pin, account, stateBucket });
  if (existsSync(file)) renameSync(file, `${file}.moved`);
  return true;
}

/** Never over another one: two deployments of one name would each forget what the other made. */
async function copy(deployment: Deployment, text: string, access: Record<string, string>): Promise<void> {
  const there = await stateText(deployment);
  if (there === text) return; // as far as it came before
  const { name, stack, stateBucket, folder } = deployment;
  if (there !== undefined) {
    throw new UserError(
      `The bucket ${stateBucket} holds a state of a deployment ${name} already, which is not the one in ${folder}. ` +
        "Nothing was moved.",
      2,
    );
  }
  const object = {
    Bucket: stateBucket,
    Key: stateKey(name, stack),
    Body: text,
    ContentType: "application/json",
  };
  await stateClient(deployment, access).send(new PutObjectCommand({ ...object, IfNoneMatch: "*" }));
  if ((await stateText(deployment)) !== text) {
    throw new UserError(`What the bucket ${stateBucket} holds now is not what was put into it. Try again.`);
  }
}
