import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { requireSameRegion, forgetPlace } from "../../../deploy/record/checks.ts";
import { scratchDeployment, writeState } from "../scratch-deployment.ts";

const pinned = (folder: string) =>
  writeFileSync(join(folder, "place.json"), JSON.stringify({ region: "eu-central-1", account: "1" }));

test("what is nowhere yet may be put anywhere", async () => {
  await requireSameRegion(scratchDeployment());
});

test("a deployment keeps to the region that it was begun in, until it is gone", async () => {
  const blue = scratchDeployment();
  pinned(blue.folder);
  await requireSameRegion({ ...blue, region: "eu-central-1" });
  await expect(requireSameRegion(blue)).rejects.toThrow("with every command: REGION=eu-central-1");
  forgetPlace(blue);
  await requireSameRegion(blue);
});

test("an older deployment keeps to the region that its state names", async () => {
  const blue = scratchDeployment();
  writeState(blue, { region: "eu-central-1" });
  await expect(requireSameRegion(blue)).rejects.toThrow("REGION=eu-central-1");
});
