import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { recordPlace, requireSameAccount } from "../../../deploy/record/checks.ts";
import { scratchDeployment } from "../scratch-deployment.ts";

const access = {
  AWS_ENDPOINT_URL: process.env["MOTO_URL"]!,
  AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
  AWS_SECRET_ACCESS_KEY: "secret",
};

test("a deployment keeps to the account that it was begun in", async () => {
  const blue = scratchDeployment({ region: "eu-central-1" });
  const file = join(blue.folder, "place.json");
  await recordPlace(blue, access);
  const place = JSON.parse(readFileSync(file, "utf8"));
  expect(place).toEqual({ region: "eu-central-1", account: expect.stringMatching(/^\d{12}$/) });
  await requireSameAccount(blue, access);

  writeFileSync(file, JSON.stringify({ ...place, account: "111122223333" }));
  const refused = requireSameAccount(blue, access);
  await expect(refused).rejects.toThrow(
    `the AWS account 111122223333; the credentials are of ${place.account}`,
  );
  await expect(refused).rejects.toMatchObject({ exitCode: 2 });
});

test("USE-31 where a deployment was begun is noted once: what is set later does not replace it", async () => {
  const blue = scratchDeployment({ region: "eu-central-1" });
  await recordPlace(blue, access);
  const first = readFileSync(join(blue.folder, "place.json"), "utf8");
  await recordPlace({ ...blue, region: "us-west-2", stateBucket: "another-bucket" }, access);
  expect(readFileSync(join(blue.folder, "place.json"), "utf8")).toBe(first);
});
