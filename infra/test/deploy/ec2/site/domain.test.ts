import { expect, test } from "@jest/globals";
import { domainOf, domainOfProviders, unnamedDomain } from "../../../../deploy/ec2/site/domain.ts";
import { siteNotes } from "../../../../deploy/ec2/site/notes.ts";
import { readOutputs } from "../../../../deploy/terraform/state.ts";
import { scratchDeployment, writeState } from "../../scratch-deployment.ts";

const url = "https://tintype.example.org";

/** What prevents the next command on a deployment whose site is there, if that command names this domain. */
async function faultAt(site: string, domain: string | undefined) {
  const deployment = scratchDeployment({ domain });
  writeState(deployment, { url: site });
  return unnamedDomain(deployment, await readOutputs(deployment));
}

test("a site's domain is the name that it has a certificate for", () => {
  expect(domainOf({ url })).toBe("tintype.example.org");
  expect(domainOf({ url: "http://ec2-192-0-2-1.compute-1.amazonaws.com" })).toBeUndefined();
});

test("TLS-03 a deploy that says nothing of the domain does not take it away", async () => {
  expect(await faultAt(url, undefined)).toMatch(
    /at https:\/\/tintype\.example\.org\..*DOMAIN=tintype\.example\.org\n.*DOMAIN=none/,
  );
});

test.each(["tintype.example.org", "another.example.org", "none"])("one that says %s may", async (domain) => {
  expect(await faultAt(url, domain)).toBeUndefined();
});

test.each([
  [undefined, /PROVIDERS needs DOMAIN/],
  ["none", /PROVIDERS needs DOMAIN/],
  ["tintype.example.org", undefined],
])("IDP-15 providers need a site with HTTPS: with DOMAIN=%s", (domain, fault) => {
  const found = domainOfProviders(scratchDeployment({ domain, providers: "google,https://g.example,1" }));
  if (fault) expect(found).toMatch(fault);
  else expect(found).toBeUndefined();
  expect(domainOfProviders(scratchDeployment({ domain }))).toBeUndefined();
});

test("nothing needs to be said of a domain that is not there", async () => {
  expect(await faultAt("http://site.example", undefined)).toBeUndefined();
  expect(unnamedDomain(scratchDeployment(), undefined)).toBeUndefined();
});

test("plain HTTP is called by its name at the end of a deploy, and HTTPS is not", () => {
  const deployment = scratchDeployment();
  const plain = siteNotes(deployment, { url: "http://site.example" }).join("\n");
  expect(plain).toMatch(/plain HTTP.*make deploy NAME=blue DOMAIN=/s);
  expect(siteNotes(deployment, { url }).join("\n")).not.toContain("plain HTTP");
});
