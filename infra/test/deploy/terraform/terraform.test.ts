import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { readKnown } from "../../../deploy/record/known.ts";
import { readOutputs } from "../../../deploy/terraform/state.ts";
import { scratchDeployment } from "../scratch-deployment.ts";

const before = '{"version":4,"outputs":{}}';

test.each(["", '{"version":4,"outp'])(
  "a state that is %j is reported, with the one before it",
  async (state) => {
    const blue = scratchDeployment();
    const file = join(blue.terraformFolder, "terraform.tfstate");
    writeFileSync(file, state);
    writeFileSync(`${file}.backup`, before);
    await expect(readOutputs(blue)).rejects.toThrow(`mv ${file}.backup ${file}`);
    await expect(readKnown(blue)).rejects.toMatchObject({ exitCode: 2 });
  },
);

test("where none was before it, a file to remove is named", async () => {
  const blue = scratchDeployment();
  const file = join(blue.terraformFolder, "terraform.tfstate");
  writeFileSync(file, "");
  await expect(readOutputs(blue)).rejects.toThrow(`If nothing was made: rm ${file}`);
});

test("a state of which nothing is left has no outputs", async () => {
  const blue = scratchDeployment();
  writeFileSync(join(blue.terraformFolder, "terraform.tfstate"), before);
  expect(await readOutputs(blue)).toBeUndefined();
});
