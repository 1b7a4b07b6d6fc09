import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { ec2 } from "../../deploy/ec2/target.ts";
import { preflightOfPlan } from "../../deploy/preflight.ts";
import { requireSameRegion } from "../../deploy/record/checks.ts";
import { writeRecord } from "../../deploy/deployment-record.ts";
import { scratchDeployment, writeState } from "./scratch-deployment.ts";

test("all that prevents a plan is reported at once", async () => {
  const blue = scratchDeployment();
  writeState(blue, { url: "https://tintype.example.org", region: "eu-central-1" });
  const refused = preflightOfPlan(blue, ec2, []);
  await expect(refused).rejects.toThrow(/REGION=eu-central-1\n.*\n\n.*DOMAIN=tintype\.example\.org/s);
  await expect(refused).rejects.toMatchObject({ exitCode: 2 });
});

test("a state that cannot be read is one of the faults", async () => {
  const blue = scratchDeployment();
  writeFileSync(join(blue.terraformFolder, "terraform.tfstate"), "");
  await expect(preflightOfPlan(blue, ec2, [])).rejects.toThrow("Terraform's state is empty or cut off");
});

test("what was read is returned: the record, the state, and what a finished deploy made", async () => {
  const blue = scratchDeployment();
  writeState(blue);
  expect(await preflightOfPlan(blue, ec2, [])).toMatchObject({ record: undefined, outputs: undefined });
  writeState(blue, {});
  expect(await preflightOfPlan(blue, ec2, [])).toMatchObject({ outputs: { url: "http://site.example" } });
});

test("STATE-02 a record of another region is reported without a look at the state, which may be in a bucket there", async () => {
  const blue = { ...scratchDeployment(), region: "us-est-1", stateBucket: "a-bucket" };
  writeRecord(blue, { region: "us-east-1", account: "111111111111", stateBucket: "a-bucket" });
  const refused = /This deployment is in us-east-1\. Say so with every command: REGION=us-east-1/;
  await expect(preflightOfPlan(blue, ec2, [])).rejects.toThrow(refused);
  await expect(requireSameRegion(blue)).rejects.toThrow(refused);
});

test("what is refused anyway installs no tools, and names those that are missing", async () => {
  const blue = scratchDeployment();
  writeFileSync(join(blue.terraformFolder, "terraform.tfstate"), "");
  const path = process.env["PATH"];
  process.env["PATH"] = "/nowhere";
  try {
    await expect(preflightOfPlan(blue, ec2, ["certutil"])).rejects.toThrow(
      /empty or cut off[^]*Not on this machine yet:\n.*certutil/,
    );
  } finally {
    process.env["PATH"] = path;
  }
});
