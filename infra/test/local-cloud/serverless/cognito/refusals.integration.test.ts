import { randomUUID } from "node:crypto";
import { CognitoIdentityProvider } from "@aws-sdk/client-cognito-identity-provider";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { makePool, region, sdk, startCognito } from "./harness.ts";
import { type Target, makeUsers, rows, verdict } from "./refusals.ts";

const moto = process.env["MOTO_URL"]!;
/** SES takes mails to these and delivers them to no one. */
const address = (name: string) => `success+${name}-${randomUUID().slice(0, 8)}@simulator.amazonses.com`;
const addresses = () => ({
  unconfirmed: address("unconfirmed"),
  confirmed: address("confirmed"),
  disabled: address("disabled"),
  unknown: address("unknown"),
});

describe("the local cloud", () => {
  let cognito: Awaited<ReturnType<typeof startCognito>>;
  let target: Target;
  beforeAll(async () => {
    // The table signs in and tries codes more often than a person may in an hour.
    cognito = await startCognito(moto, { quotas: { codeAttemptsPerHour: 100 } });
    target = await makeUsers(cognito.idp, await makePool(cognito.idp), addresses());
  });
  afterAll(() => cognito.stop());

  test.each(rows)("answers as AWS documents: $title", async (row) => {
    expect(await verdict(row, target)).toBe(row.expected);
  });
});

test("the table finds the emulator without the user plane wrong in many rows", async () => {
  const idp = sdk(moto);
  const ids = await makePool(idp);
  const target = await makeUsers(idp, ids, addresses());
  const wrong = [];
  for (const row of rows) if ((await verdict(row, target)) !== row.expected) wrong.push(row.title);
  expect(wrong).toEqual(
    expect.arrayContaining(["a wrong code of confirmation", "an access token to revoke"]),
  );
  expect(wrong.length).toBeGreaterThan(15);
});

/** COGNITO_ON_AWS=1 runs the table in the account of the environment, in a pool of its own. */
const onAws = process.env["COGNITO_ON_AWS"] === undefined ? test.skip : test;

onAws("AWS itself answers as it documents (skipped without COGNITO_ON_AWS=1 and an account)", async () => {
  const idp = new CognitoIdentityProvider({ region });
  const ids = await makePool(idp);
  try {
    const target = await makeUsers(idp, ids, addresses());
    const answers: Record<string, string> = {};
    for (const row of rows) answers[row.title] = await verdict(row, target);
    expect(answers).toEqual(Object.fromEntries(rows.map(({ title, expected }) => [title, expected])));
  } finally {
    await idp.deleteUserPool({ UserPoolId: ids.UserPoolId });
  }
});
