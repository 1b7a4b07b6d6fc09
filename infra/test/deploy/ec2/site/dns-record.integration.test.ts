import { Resolver } from "node:dns/promises";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { requirePointsAt } from "../../../../deploy/ec2/site/dns-record.ts";
import { announce, type Pebble, startPebble } from "../../../../local-cloud/acme/pebble.ts";
import { endChild } from "../../../../cli/end-child.ts";

const folder = mkdtempSync(join(tmpdir(), "tintype-dns-"));
const resolver = new Resolver();
const make = (target: string) => `make ${target} DOMAIN=tintype.test`;
let pebble: Pebble;

beforeAll(async () => {
  pebble = await startPebble({ folder, name: "acme.localhost", authority: join(folder, "authority.pem") });
  resolver.setServers([`127.0.0.1:${pebble.dnsPort}`]);
});

afterAll(async () => {
  await Promise.all([endChild(pebble.server), endChild(pebble.dns)]);
  rmSync(folder, { recursive: true });
});

const pointsAt = (domain: string, address: string) => requirePointsAt(domain, address, resolver, { make });

test("the ACME server shows the root of what it issues", () => {
  expect(pebble.root).toMatch(/^-----BEGIN CERTIFICATE-----/);
});

test("TLS-07 a name without an address is reported with the record to make, and how to go on", async () => {
  await expect(pointsAt("tintype.test", "192.0.2.7")).rejects.toThrow(
    /tintype\.test\. A 192\.0\.2\.7\n.*make deploy DOMAIN=tintype\.test/s,
  );
});

test("a name that points elsewhere is reported with where that is", async () => {
  await announce(pebble, "elsewhere.test", "192.0.2.9");
  await expect(pointsAt("elsewhere.test", "192.0.2.7")).rejects.toThrow("It has: 192.0.2.9.");
});

test("a name that also has an IPv6 address would be proven there, where nothing listens", async () => {
  await announce(pebble, "six.test", "192.0.2.7");
  const body = JSON.stringify({ host: "six.test", addresses: ["2001:db8::7"] });
  await fetch(`http://127.0.0.1:${pebble.dnsManagementPort}/add-aaaa`, { method: "POST", body });
  await expect(pointsAt("six.test", "192.0.2.7")).rejects.toThrow("It has: 2001:db8::7.");
});

test("a name that points here, since a moment ago, is right", async () => {
  await announce(pebble, "here.test", "192.0.2.9");
  await announce(pebble, "here.test", "192.0.2.7");
  await expect(pointsAt("here.test", "192.0.2.7")).resolves.toBeUndefined();
});
