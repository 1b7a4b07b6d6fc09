import { expect, test } from "@jest/globals";
import { supportEnded } from "../../../../deploy/ec2/hosts/os-support.ts";
import { local } from "../../../../deploy/clouds/local.ts";
import { scratchDeployment } from "../../scratch-deployment.ts";

test("Amazon Linux 2 is told to be out of support, with how to leave it", () => {
  const told = supportEnded(scratchDeployment({ os: "al2" }));
  expect(told).toContain("Amazon Linux 2 since 2026-06-30");
  expect(told).toContain("make deploy NAME=blue OS=al2023 REPLACE=frontend, then REPLACE=backend");
});

test("of a rehearsal it is told what it would be on AWS", () => {
  const told = supportEnded(scratchDeployment({ cloud: local, os: "al2" }));
  expect(told).toBe(
    "On AWS these hosts would be out of support: Amazon Linux 2 since 2026-06-30. OS=al2023 is not.",
  );
});

test("of Amazon Linux 2023 there is nothing to tell", () => {
  expect(supportEnded(scratchDeployment({ os: "al2023" }))).toBeUndefined();
});
