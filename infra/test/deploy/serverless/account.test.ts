import { expect, test } from "@jest/globals";
import { type AccountFacts, accountFaultsIn } from "../../../deploy/serverless/account.ts";
import { scratchDeployment } from "../scratch-deployment.ts";

const { make } = scratchDeployment();
const well: AccountFacts = {
  region: "eu-central-1",
  missing: [],
  concurrency: 1000,
  reserves: true,
  sender: { address: "hello@example.org", isVerified: true, isInSandbox: false },
};
const faults = (facts: Partial<AccountFacts>) => accountFaultsIn({ ...well, ...facts }, make);

test("SLS-70 an account that lacks nothing has no faults, nor one of which nothing could be read", () => {
  expect(faults({})).toEqual([]);
  expect(faults({ concurrency: undefined, sender: undefined })).toEqual([]);
});

test("SLS-70 all that an account lacks is reported at once, each with what to ask AWS for", () => {
  const sender = { address: "hello@example.org", isVerified: false, isInSandbox: true };
  const found = faults({ missing: ["Cognito"], concurrency: 10, sender });
  expect(found).toHaveLength(4);
  expect(found.join("\n")).toMatch(
    /no Cognito[^]*L-B99A9384[^]*RESERVE=no[^]*create-email-identity[^]*production access/,
  );
});

test("SLS-70 a small quota is enough for a deploy that reserves nothing of it", () => {
  expect(faults({ concurrency: 10, reserves: false })).toEqual([]);
  expect(faults({ concurrency: 110 })).toHaveLength(1);
  expect(faults({ concurrency: 111 })).toEqual([]);
});
