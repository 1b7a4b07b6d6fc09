import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { CreateBucketCommand, HeadObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, expect, test } from "@jest/globals";
import type { Deployment } from "../../../deploy/deployment.ts";
import { type Terraform, terraform } from "../../../deploy/terraform/terraform.ts";
import { readState, resourcesIn } from "../../../deploy/terraform/state.ts";
import { stateRoot } from "../../../cli/paths.ts";
import { stateKey } from "../../../src/constructs/state-key.ts";
import { synthesizedStack } from "../../synthesize.ts";
import { teller } from "../../run-command.ts";
import { fakeCloud } from "../fake-cloud.ts";
import { scratchDeployment } from "../scratch-deployment.ts";

const stateBucket = `tintype-lock-test-${process.pid}`;
const s3 = new S3Client({ forcePathStyle: true });
const name = `locked${process.pid}`;
const home = mkdtempSync(join(tmpdir(), "tintype-state-lock-"));
const folders = [home, join(stateRoot, `aws-${name}`)];
const tell = teller({ name, home });
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

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
  mkdirSync(deployment.terraformFolder, { recursive: true });
  writeFileSync(join(deployment.terraformFolder, "cdk.tf.json"), JSON.stringify(program));
  const tf = await terraform(deployment, fakeCloud);
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

test("DEP-08 a destroy that is refused, as another machine changes the deployment, has removed nothing", async () => {
  const STATE_BUCKET = `${stateBucket}-destroy`;
  const Bucket = `${stateBucket}-images`;
  const env = { CLOUD: "aws", STATE_BUCKET, YES: "1", ...fakeCloud };
  expect(tell("state-bucket", env).code).toBe(0);
  const made = { url: "http://site.example", region: "us-east-1", bucket: Bucket };
  const outputs = {
    ...Object.fromEntries(Object.entries(made).map(([key, value]) => [key, { value, type: "string" }])),
    ...Object.fromEntries(
      ["frontend", "backend"].map((key) => [key, { value: {}, type: ["map", "string"] }]),
    ),
  };
  const state = JSON.stringify({ version: 4, serial: 1, lineage: name, outputs, resources: [] });
  await s3.send(new PutObjectCommand({ Bucket: STATE_BUCKET, Key: stateKey(name), Body: state }));
  const theirs = {
    ID: "1f",
    Operation: "OperationTypeApply",
    Who: "ada@there",
    Created: "2026-11-21T10:30:00Z",
  };
  const lock = { Bucket: STATE_BUCKET, Key: `${stateKey(name)}.tflock`, Body: JSON.stringify(theirs) };
  await s3.send(new PutObjectCommand(lock));
  await s3.send(new CreateBucketCommand({ Bucket }));
  await s3.send(new PutObjectCommand({ Bucket, Key: "images/a", Body: "a" }));

  const { code, said } = tell("destroy", env);
  expect(said).toContain("ada@there has been running terraform apply on this deployment since 2026-11-21");
  expect(code).toBe(2);
  await s3.send(new HeadObjectCommand({ Bucket, Key: "images/a" }));
}, 180_000);

test("a state that the bucket did not take is put there by the next command", async () => {
  const { deployment } = await machine("true");
  const state = (await readState(deployment))! as unknown as { serial: number };
  const after = { ...state, serial: state.serial + 1, outputs: { kept: { value: "yes", type: "string" } } };
  writeFileSync(join(deployment.terraformFolder, "errored.tfstate"), JSON.stringify(after));
  const tf = await terraform(deployment, fakeCloud);
  await tf.init();
  expect(await readState(deployment)).toMatchObject({ outputs: { kept: { value: "yes" } } });
  expect(existsSync(join(deployment.terraformFolder, "errored.tfstate"))).toBe(false);
});
