import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { writeRecord } from "../../../deploy/deployment-record.ts";
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

test("where nothing is deployed, what this clone has deployed under other settings is named", async () => {
  const root = scratchDeployment().folder;
  const folder = join(root, "aws-blue");
  const blue = scratchDeployment({ folder, terraformFolder: join(folder, "stack") });
  const hint = "This clone has deployed:";
  await expect(requireOutputs(blue)).rejects.not.toThrow(hint);
  for (const name of ["aws-blue", "local-blue", "local-red.serverless"]) {
    mkdirSync(join(root, name));
    writeRecord({ folder: join(root, name) }, { region: "us-east-1" });
  }
  mkdirSync(join(root, "local-gone"));
  await expect(requireOutputs(blue)).rejects.toThrow(
    [
      hint,
      "  make status NAME=blue CLOUD=local NAME=blue STACK=ec2",
      "  make status NAME=blue CLOUD=local NAME=red STACK=serverless",
    ].join("\n"),
  );
});
