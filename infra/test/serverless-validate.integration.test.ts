import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, expect, test } from "@jest/globals";
import { cliConfiguration } from "../deploy/terraform/terraform.ts";
import { serverlessSettings, synthesize } from "./synthesize.ts";

const folder = mkdtempSync(join(tmpdir(), "tintype-validate-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("Terraform and its provider find nothing wrong with the serverless stack with a domain and mail", async () => {
  const env = { ...process.env, ...(await cliConfiguration(folder)), CHECKPOINT_DISABLE: "1" };
  const terraform = (...args: string[]) =>
    promisify(execFile)("terraform", [`-chdir=${folder}`, ...args, "-no-color"], { env });
  // Without them the rehearsal applies it.
  const more = { DOMAIN: "tintype.example.org", CERTIFICATE_ISSUED: "yes", MAIL_FROM: "hello@example.org" };
  const files = await synthesize({ env: { ...serverlessSettings, ...more } });
  writeFileSync(join(folder, "cdk.tf.json"), files["stacks/serverless/cdk.tf.json"]!);
  await terraform("init", "-backend=false", "-input=false");
  const { stdout } = await terraform("validate", "-json");
  expect(JSON.parse(stdout)).toMatchObject({ valid: true, error_count: 0, warning_count: 0 });
}, 300_000);
