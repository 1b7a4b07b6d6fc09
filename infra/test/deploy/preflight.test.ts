import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { preflightOfPlan } from "../../deploy/preflight.ts";
import { scratchDeployment, writeState } from "./scratch-deployment.ts";

test("all that prevents a plan is reported at once", async () => {
  const blue = scratchDeployment();
  writeState(blue, { url: "https://tintype.example.org", region: "eu-central-1" });
  const refused = preflightOfPlan(blue, []);
  await expect(refused).rejects.toThrow(/REGION=eu-central-1\n.*\n\n.*DOMAIN=tintype\.example\.org/s);
  await expect(refused).rejects.toMatchObject({ exitCode: 2 });
});

test("a state that cannot be read is one of the faults", async () => {
  const blue = scratchDeployment();
  writeFileSync(join(blue.stack, "terraform.tfstate"), "");
  await expect(preflightOfPlan(blue, [])).rejects.toThrow("Terraform's state is empty or cut off");
});

test("what was read is returned: the record, the state, and what a finished deploy made", async () => {
  const blue = scratchDeployment();
  writeState(blue);
  expect(await preflightOfPlan(blue, [])).toMatchObject({ record: undefined, outputs: undefined });
  writeState(blue, {});
  expect(await preflightOfPlan(blue, [])).toMatchObject({ outputs: { url: "http://site.example" } });
});
