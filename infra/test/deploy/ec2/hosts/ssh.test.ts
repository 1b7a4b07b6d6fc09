import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { forgetKey, identityOptions, sshArguments } from "../../../../deploy/ec2/hosts/ssh.ts";
import { scratchDeployment } from "../../scratch-deployment.ts";

const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIK8nV1Sdd2bWWmYyJ0GsVJ2h8vJ4pV1O1GkJv0kq5n1K";

test("the key of a host that was replaced under its old id is forgotten; the others are known as before", async () => {
  const blue = scratchDeployment();
  writeFileSync(blue.knownHosts, `i-0f ${key}\ni-0b ${key}\n`);
  await forgetKey(blue, "i-0f");
  expect(readFileSync(blue.knownHosts, "utf8")).toBe(`i-0b ${key}\n`);
});

test("USE-11 ssh and Ansible connect by our options alone: no file of the operator's names another way", () => {
  const blue = scratchDeployment();
  const host = { address: "127.0.0.1", port: 22, instanceId: "i-0b" };
  for (const given of [sshArguments(blue, host), identityOptions(blue, host)]) {
    expect(given.slice(given.indexOf("-F")).slice(0, 2)).toEqual(["-F", "/dev/null"]);
  }
});

test("where no host is known yet nothing is forgotten", async () => {
  await expect(forgetKey(scratchDeployment(), "i-0f")).resolves.toBeUndefined();
});
