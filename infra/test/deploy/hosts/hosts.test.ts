import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { forgetKey } from "../../../deploy/hosts/hosts.ts";
import { scratchDeployment } from "../scratch-deployment.ts";

const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIK8nV1Sdd2bWWmYyJ0GsVJ2h8vJ4pV1O1GkJv0kq5n1K";

test("a host that was made anew under its old id is met as a stranger; the others are known as before", async () => {
  const blue = scratchDeployment();
  writeFileSync(blue.knownHosts, `i-0f ${key}\ni-0b ${key}\n`);
  await forgetKey(blue, "i-0f");
  expect(readFileSync(blue.knownHosts, "utf8")).toBe(`i-0b ${key}\n`);
});

test("where no host is known yet nothing is forgotten", async () => {
  await expect(forgetKey(scratchDeployment(), "i-0f")).resolves.toBeUndefined();
});
