import { expect, test } from "@jest/globals";
import { supportEnded } from "../../../../deploy/ec2/hosts/os-support.ts";
import { local } from "../../../../deploy/clouds/local.ts";
import { scratchDeployment } from "../../scratch-deployment.ts";

test("Amazon Linux 2 is reported to be out of support, with how to leave it", () => {
  const note = supportEnded(scratchDeployment({ os: "al2" }));
  expect(note).toContain("Amazon Linux 2 since 2026-06-30");
  expect(note).toContain("make deploy NAME=blue OS=al2023 REPLACE=frontend, then REPLACE=backend");
});

test("a rehearsal reports what it would be on AWS", () => {
  const note = supportEnded(scratchDeployment({ cloud: local, os: "al2" }));
  expect(note).toBe(
    "On AWS these hosts would be out of support: Amazon Linux 2 since 2026-06-30. OS=al2023 is not.",
  );
});

test("of Amazon Linux 2023 there is nothing to tell", () => {
  expect(supportEnded(scratchDeployment({ os: "al2023" }))).toBeUndefined();
});
