import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { behaviourOf, globMatches } from "../../../../local-cloud/serverless/edge/distribution.ts";
import { parseXml } from "../../../../local-cloud/serverless/edge/xml-element.ts";
import { cachingOptimized, distributionXml, startEdge } from "./harness.ts";

let edge: Awaited<ReturnType<typeof startEdge>>;
beforeEach(async () => {
  edge = await startEdge();
});
afterEach(() => edge.stop());

test("the first behaviour whose pattern matches is a path's, else the default", async () => {
  const distribution = await edge.describe();
  expect(distribution.arn).toBe("arn:aws:cloudfront::123456789012:distribution/E1");
  const originOf = (path: string) => behaviourOf(distribution, path).originId;
  expect(["/api/x", "/api", "/apis/x", "/API/x"].map(originOf)).toEqual(["api", "site", "site", "site"]);
});

test("patterns have two wildcards and no others", () => {
  expect(globMatches("images/*.jpg", "/images/a/b.jpg")).toBe(true);
  expect(globMatches("/a?c", "/abc")).toBe(true);
  expect(globMatches("/a.c", "/abc")).toBe(false);
});

test("a cache policy of the account's own is read", async () => {
  edge.state.xml = distributionXml({ apiCache: "mine" });
  edge.state.resources["cache-policy/mine"] =
    `<CachePolicy><CachePolicyConfig><MinTTL>1</MinTTL><DefaultTTL>2</DefaultTTL><MaxTTL>3</MaxTTL>
    <ParametersInCacheKeyAndForwardedToOrigin><EnableAcceptEncodingGzip>true</EnableAcceptEncodingGzip>
    <HeadersConfig><HeaderBehavior>whitelist</HeaderBehavior><Headers><Quantity>1</Quantity><Items><Name>Authorization</Name></Items></Headers></HeadersConfig>
    <CookiesConfig><CookieBehavior>none</CookieBehavior></CookiesConfig><QueryStringsConfig><QueryStringBehavior>all</QueryStringBehavior></QueryStringsConfig>
    </ParametersInCacheKeyAndForwardedToOrigin></CachePolicyConfig></CachePolicy>`;
  const { behaviours } = await edge.describe();
  expect(behaviours[0]!.cache).toEqual({
    minTtlS: 1,
    defaultTtlS: 2,
    maxTtlS: 3,
    gzip: true,
    brotli: false,
    key: {
      headers: { kind: "only", names: ["authorization"] },
      cookies: { kind: "none", names: [] },
      queries: { kind: "all", names: [] },
    },
  });
});

test.each([
  ["a disabled distribution", (xml: string) => xml.replace("<Enabled>true", "<Enabled>false"), "not enabled"],
  [
    "settings without a cache policy",
    (xml: string) => xml.replace(`<CachePolicyId>${cachingOptimized}</CachePolicyId>`, ""),
    "without a cache policy",
  ],
  [
    "a function of responses",
    (xml: string) => xml.replace("viewer-request", "viewer-response"),
    "Only one viewer-request",
  ],
])("%s is refused", async (_, change, message) => {
  edge.state.xml = change(edge.state.xml);
  await expect(edge.describe()).rejects.toThrow(message);
});

test("what is no XML is refused", () => {
  expect(() => parseXml("<a><b></a></b>")).toThrow("does not close");
  expect(() => parseXml("")).toThrow("No XML document");
});
