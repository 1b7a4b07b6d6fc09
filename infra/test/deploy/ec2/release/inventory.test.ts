import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { hostAddress, sshArguments } from "../../../../deploy/ec2/hosts/ssh.ts";
import { writeInventory } from "../../../../deploy/ec2/release/inventory.ts";
import { siteNames } from "../../../../deploy/ec2/release/site-names.ts";
import { scratchDeployment, scratchOutputs as outputs } from "../../scratch-deployment.ts";

const release = { id: "0123456789ab", archive: "/archive.tar.gz" };
const node = { version: "22.0.0", binary: "/node" };

test.each(["frontend", "backend"] as const)(
  "the %s host's key is known by its instance, not by its address, to ssh and to Ansible",
  async (host) => {
    const blue = scratchDeployment();
    const alias = `HostKeyAlias=${outputs[host].instanceId}`;
    expect(sshArguments(blue, await hostAddress(blue, outputs, host))).toContain(alias);

    await writeInventory(blue, { outputs, backend: release, frontend: release, node });
    const { all } = JSON.parse(readFileSync(blue.inventory, "utf8"));
    expect(all.children[host].hosts[host].ansible_ssh_common_args.split(" ")).toContain(alias);
  },
);

test("USE-12 nothing that ssh and Ansible split or expand has the repository's path in it", async () => {
  const blue = scratchDeployment();
  await writeInventory(blue, { outputs, backend: release, frontend: release, node });
  expect(readFileSync(blue.inventory, "utf8")).not.toContain(blue.folder);
  const args = sshArguments(blue, await hostAddress(blue, outputs, "backend"));
  expect(args.join(" ")).not.toContain(blue.folder);
});

test.each([
  ["http://site.example", ["site.example", "203.0.113.4"], ["http://203.0.113.4"]],
  ["https://tintype.example.org", ["tintype.example.org", "site.example", "203.0.113.4"], []],
])("USE-29 the playbooks know the names that lead to %s", async (url, hosts, otherOrigins) => {
  expect(await siteNames(scratchDeployment(), { ...outputs, url })).toEqual({ hosts, otherOrigins });
});
