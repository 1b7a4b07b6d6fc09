import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { writeInventory } from "../../../../deploy/ec2/release/inventory.ts";
import { scratchDeployment, scratchOutputs as outputs } from "../../scratch-deployment.ts";

const release = { id: "0123456789ab", archive: "/archive.tar.gz" };
const node = { version: "22.0.0", binary: "/node" };

test("a site with a domain has a certificate asked for, of whom the playbook says; its API knows the origin", async () => {
  const blue = scratchDeployment();
  const url = "https://tintype.example.org";
  await writeInventory(blue, { outputs: { ...outputs, url }, backend: release, frontend: release, node });
  const { all } = JSON.parse(readFileSync(blue.inventory, "utf8"));
  const { frontend } = all.children.frontend.hosts;
  expect(frontend).toMatchObject({
    frontend_domain: "tintype.example.org",
    frontend_lego: { version: expect.any(String) },
  });
  expect(frontend).not.toHaveProperty("frontend_acme_directory");
  expect(all.children.backend.hosts.backend.backend_site_origin).toBe(url);
});
