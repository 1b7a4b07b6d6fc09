import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "@jest/globals";
import { readKnown } from "../../../deploy/record/known.ts";
import { readOutputs } from "../../../deploy/terraform/state.ts";
import { terraform } from "../../../deploy/terraform/terraform.ts";
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

const { PATH, TF_CLI_CONFIG_FILE } = process.env;
afterEach(() => {
  process.env["PATH"] = PATH;
  if (TF_CLI_CONFIG_FILE === undefined) delete process.env["TF_CLI_CONFIG_FILE"];
});

test.each([
  ["PreconditionFailed: The request failed because it didn't meet the preconditions", 2],
  ["AccessDenied: not authorized", 1],
])("SLS-72 a destroy that fails by %s is run %d times", async (reason, times) => {
  const { folder, ...blue } = scratchDeployment();
  const calls = join(folder, "calls");
  writeFileSync(calls, "");
  const failsOnce = `#!/bin/sh
echo "$2" >> '${calls}'
[ "$(wc -l < '${calls}')" -gt 1 ] || { echo "Error: disabling CloudFront Distribution (E1): api error ${reason}" >&2; exit 1; }
`;
  writeFileSync(join(folder, "terraform"), failsOnce.replaceAll("didn't", "did not"), { mode: 0o755 });
  process.env["PATH"] = `${folder}:${PATH}`;
  process.env["TF_CLI_CONFIG_FILE"] = calls;
  const outcome = (await terraform({ ...blue, folder }, {})).destroy();
  if (times === 1) await expect(outcome).rejects.toThrow("AccessDenied");
  else await outcome;
  expect(readFileSync(calls, "utf8")).toBe("destroy\n".repeat(times));
});
