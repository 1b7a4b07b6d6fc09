import type { Resolver } from "node:dns/promises";
import { expect, test } from "@jest/globals";
import {
  domainNotes,
  domainOf,
  recordsToRemove,
  requireDomainRecord,
  unnamedDomain,
} from "../../../deploy/serverless/domain.ts";
import { keptByAws } from "../../../deploy/serverless/kept-by-aws.ts";
import type { ServerlessOutputs } from "../../../deploy/serverless/outputs.ts";
import { scratchDeployment } from "../scratch-deployment.ts";

const deployment = scratchDeployment({ domain: "tintype.example.org" });
const own = "https://d111111abcdef8.cloudfront.net";
const named = { url: "https://tintype.example.org", distributionDomain: "d111111abcdef8.cloudfront.net" };

/** A name service that knows these names and addresses. */
const knowing = (names: Record<string, { cname?: string; a?: string }>) =>
  ({
    async resolveCname(name: string) {
      const { cname } = names[name] ?? {};
      if (cname === undefined) throw new Error("ENODATA");
      return [cname];
    },
    async resolve4(name: string) {
      const { a } = names[name] ?? {};
      if (a === undefined) throw new Error("ENOTFOUND");
      return [a];
    },
  }) as unknown as Resolver;

test("a site has no domain while it has CloudFront's name", () => {
  expect(domainOf({ url: own })).toBeUndefined();
  expect(domainOf(named)).toBe("tintype.example.org");
});

test("a site with a domain does not lose it because a command does not name it", () => {
  expect(unnamedDomain({ ...deployment, domain: undefined }, named)).toContain("DOMAIN=tintype.example.org");
  expect(unnamedDomain({ ...deployment, domain: "none" }, named)).toBeUndefined();
  expect(unnamedDomain({ ...deployment, domain: undefined }, { url: own })).toBeUndefined();
});

test("SLS-59 a domain has to lead to the distribution, by name or by address", async () => {
  const cname = knowing({ "tintype.example.org": { cname: named.distributionDomain } });
  const alias = knowing({
    "tintype.example.org": { a: "203.0.113.1" },
    [named.distributionDomain]: { a: "203.0.113.1" },
  });
  await requireDomainRecord(named, cname, deployment);
  await requireDomainRecord(named, alias, deployment);
  await requireDomainRecord({ ...named, url: own }, knowing({}), deployment);
  const elsewhere = knowing({ "tintype.example.org": { a: "203.0.113.9" } });
  await expect(requireDomainRecord(named, elsewhere, deployment)).rejects.toThrow(
    "tintype.example.org. CNAME d111111abcdef8.cloudfront.net.",
  );
});

test("SLS-59 until the certificate is issued, the record that proves the domain is named", () => {
  const record = { name: "_x.tintype.example.org.", type: "CNAME", value: "_y.acm-validations.aws." };
  const outputs = { ...named, url: own, certificate: { arn: "arn", record } } as ServerlessOutputs;
  expect(domainNotes(outputs, deployment).join("\n")).toContain(
    "_x.tintype.example.org. CNAME _y.acm-validations.aws.",
  );
  expect(domainNotes({ ...outputs, url: named.url }, deployment)).toEqual([]);
  expect(domainNotes({ ...outputs, url: own }, { ...deployment, domain: undefined })).toEqual([]);
});

test("after a destroy the records that lead nowhere are named, and what AWS keeps for a while", () => {
  const record = { name: "_x.tintype.example.org.", type: "CNAME", value: "_y.acm-validations.aws." };
  const outputs = { ...named, certificate: { arn: "arn", record } } as ServerlessOutputs;
  expect(recordsToRemove(outputs).join()).toContain(
    "remove them: tintype.example.org, _x.tintype.example.org.",
  );
  expect(recordsToRemove({ ...named, url: own } as ServerlessOutputs)).toEqual([]);
  const tables = { records: "tintype-dev-records", expiring: "tintype-dev-expiring" };
  expect(keptByAws({ tables }, new Date("2026-11-26T23:00:00Z"))).toEqual([
    "DynamoDB keeps a last backup of tintype-dev-records and tintype-dev-expiring until 2026-12-31, without charge.",
  ]);
});
