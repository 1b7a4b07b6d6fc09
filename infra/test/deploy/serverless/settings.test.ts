import { expect, test } from "@jest/globals";
import { withSecretsVersion } from "../../../deploy/serverless/commands/rotate-secrets.ts";
import { partialSettings, secretsVersion } from "../../../deploy/serverless/settings.ts";
import { readServerlessSettings } from "../../../src/settings.ts";

const state = (...versions: number[]) => ({
  outputs: {},
  resources: [
    { mode: "managed", type: "aws_dynamodb_table", instances: [{ attributes: { value_wo_version: 9 } }] },
    ...versions.map((value_wo_version) => ({
      mode: "managed",
      type: "aws_ssm_parameter",
      instances: [{ attributes: { value_wo_version } }],
    })),
  ],
});

test("SLS-35 a deploy keeps the secrets that the state says are there", () => {
  expect(secretsVersion(undefined)).toBe(1);
  expect(secretsVersion(state())).toBe(1);
  expect(secretsVersion(state(3, 3, 3))).toBe(3);
});

test("SLS-35 rotating raises the version of secrets that may be replaced, and changes nothing else", () => {
  const parameter = { name: "/tintype/dev/edge-proof", value_wo_version: 1 };
  const lasting = {
    c: { name: "/tintype/dev/factors", value_wo_version: 1 },
    d: { name: "/tintype/dev/providers/google", value_wo_version: 1 },
  };
  const deployed = {
    provider: {},
    resource: { aws_ssm_parameter: { a: parameter, b: parameter, ...lasting }, other: {} },
  };
  const rotated = JSON.parse(withSecretsVersion(JSON.stringify(deployed), 2));
  const raised = { ...parameter, value_wo_version: 2 };
  expect(rotated).toEqual({
    provider: {},
    resource: { aws_ssm_parameter: { a: raised, b: raised, ...lasting }, other: {} },
  });
});

test("the settings of a destroy are whole", () => {
  const settings = readServerlessSettings({ NAME: "dev", ...partialSettings({ PROTECTION: "no" }) });
  expect(settings).toMatchObject({ name: "dev", protection: false });
});
