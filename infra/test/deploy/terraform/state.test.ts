import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "@jest/globals";
import { readOutputs, requireOutputs } from "../../../deploy/terraform/state.ts";
import { scratchDeployment, writeState } from "../scratch-deployment.ts";

test("a finished deploy's outputs are given", async () => {
  const blue = scratchDeployment();
  writeState(blue, { bucket: "pictures" });
  expect(await requireOutputs(blue)).toMatchObject({ bucket: "pictures", frontend: { instanceId: "i-0f" } });
});

test.each([undefined, { frontend: undefined }])(
  "a deploy that did not finish is distinguished from none (outputs: %j)",
  async (outputs) => {
    const blue = scratchDeployment();
    writeState(blue, outputs);
    expect(await readOutputs(blue)).toBeUndefined();
    await expect(requireOutputs(blue)).rejects.toThrow(
      "A deploy did not finish: 2 resources exist.\n" +
        "To go on: make deploy NAME=blue\nTo remove them: make destroy NAME=blue",
    );
  },
);

test("where nothing is in AWS, a local deployment of that name is pointed at", async () => {
  const root = scratchDeployment().folder;
  const folder = join(root, "aws-blue");
  const blue = scratchDeployment({ folder, terraformFolder: join(folder, "stack") });
  const hint = "A local deployment of that name exists: for that one add CLOUD=local";
  await expect(requireOutputs(blue)).rejects.not.toThrow(hint);
  const local = join(dirname(folder), "local-blue/stack");
  mkdirSync(local, { recursive: true });
  writeFileSync(join(local, "terraform.tfstate"), "{}");
  await expect(requireOutputs(blue)).rejects.toThrow(hint);
});
