import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { CreateBucketCommand, HeadObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, expect, test } from "@jest/globals";
import type { Deployment } from "../../../deploy/deployment.ts";
import { type Terraform, terraform } from "../../../deploy/stack/terraform.ts";
import { readState, resourcesIn } from "../../../deploy/state/state.ts";
import { stateKey } from "../../../src/constructs/state.ts";
import { synthesizedStack } from "../../synthesize.ts";
import { cloudOfTest } from "../cloud-of-test.ts";
import { scratchDeployment } from "../scratch-deployment.ts";

const stateBucket = `tintype-lock-test-${process.pid}`;
const s3 = new S3Client({ forcePathStyle: true });
const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

/** A machine with a folder of its own, where a deploy of one resource lasts as long as `command`; its backend is the stack's. */
async function machine(command: string): Promise<{ deployment: Deployment; tf: Terraform }> {
  const deployment = scratchDeployment({ stateBucket });
  folders.push(deployment.folder);
  const { terraform: settings } = await synthesizedStack({
    NAME: deployment.name,
    STATE_BUCKET: stateBucket,
  });
  const slow = { provisioner: { "local-exec": { command } }, triggers_replace: [command] };
  const program = { terraform: { backend: settings["backend"] }, resource: { terraform_data: { slow } } };
  mkdirSync(deployment.stack, { recursive: true });
  writeFileSync(join(deployment.stack, "cdk.tf.json"), JSON.stringify(program));
  const tf = await terraform(deployment, cloudOfTest);
  await tf.init();
  return { deployment, tf };
}

const locked = () =>
  s3.send(new HeadObjectCommand({ Bucket: stateBucket, Key: `${stateKey("blue")}.tflock` })).then(
    () => true,
    () => false,
  );

test("DEP-08 of two machines that change one deployment the second is refused, naming the first", async () => {
  await s3.send(new CreateBucketCommand({ Bucket: stateBucket }));
  const first = await machine("sleep 6");
  const second = await machine("true");
  expect(await first.tf.plan()).toBeDefined();
  const applied = first.tf.apply();
  while (!(await locked())) await new Promise((resolve) => setTimeout(resolve, 50));
  const refused = second.tf.plan();
  await expect(refused).rejects.toThrow(
    new RegExp(`@${hostname()} has been running terraform apply on this deployment since 2`),
  );
  await expect(refused).rejects.toMatchObject({
    exitCode: 2,
    message: expect.stringContaining("force-unlock"),
  });
  await applied;
  expect(await locked()).toBe(false);
  expect(resourcesIn(await readState(second.deployment))).toBe(1);
  expect(await second.tf.plan()).toContain("terraform_data.slow must be replaced");
});

test("a plan that another machine has overtaken is not carried out", async () => {
  const [first, second] = [await machine("echo first"), await machine("echo second")];
  await first.tf.plan();
  await second.tf.plan();
  await second.tf.apply();
  await expect(first.tf.apply()).rejects.toThrow(/plan is stale/);
});

test("a state that the bucket did not take is put there by the next command", async () => {
  const { deployment } = await machine("true");
  const state = (await readState(deployment))! as unknown as { serial: number };
  const after = { ...state, serial: state.serial + 1, outputs: { kept: { value: "yes", type: "string" } } };
  writeFileSync(join(deployment.stack, "errored.tfstate"), JSON.stringify(after));
  const tf = await terraform(deployment, cloudOfTest);
  await tf.init();
  expect(await readState(deployment)).toMatchObject({ outputs: { kept: { value: "yes" } } });
  expect(existsSync(join(deployment.stack, "errored.tfstate"))).toBe(false);
});
