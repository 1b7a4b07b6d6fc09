import { expect, test } from "@jest/globals";
import type { Answer, Call } from "../../../../local-cloud/serverless/api-proxy/call.ts";
import { cloudfront } from "../../../../local-cloud/serverless/api-proxy/cloudfront.ts";
import { texts } from "../../../../local-cloud/serverless/api-proxy/xml.ts";

const now = () => new Date("2030-01-01T00:00:00Z");

/** A control plane, asked in methods and documents; a refusal is its code. */
function controlPlane() {
  const answer = cloudfront({ now });
  return async (method: string, target: string, body = "", ifMatch?: string): Promise<Answer | string> => {
    const [rawPath = "", query = ""] = `/2020-05-31/${target}`.split("?");
    const call: Call = {
      ...{ method, target, rawPath, path: rawPath, body: Buffer.from(body) },
      query: [...new URLSearchParams(query)],
      headers: new Map(ifMatch === undefined ? [] : [["if-match", ifMatch]]),
      ...{ service: "cloudfront", region: "us-east-1", action: undefined, caller: { role: undefined } },
    };
    return answer(call).catch((error: { code: string }) => error.code);
  };
}

type Ask = ReturnType<typeof controlPlane>;

async function made(ask: Ask, target: string, body: string) {
  const created = await ask("POST", target, body);
  if (typeof created === "string") throw new Error(created);
  const text = created.body.toString();
  return { id: texts(text, "Id")[0]!, arn: texts(text, "ARN")[0]!, etag: created.headers["etag"]!, text };
}

const accessControl = "<OriginAccessControlConfig><Name>site</Name></OriginAccessControlConfig>";
const headersPolicy = "<ResponseHeadersPolicyConfig><Name>site</Name></ResponseHeadersPolicyConfig>";

interface Parts {
  readonly enabled?: boolean;
  readonly oac?: string;
  readonly policy?: string;
  readonly target?: string;
  readonly viewer?: string;
  readonly reference?: string;
}

function distribution({
  enabled = true,
  oac = "",
  policy = "",
  target = "site",
  viewer,
  reference = "one",
}: Parts = {}) {
  const viewers = viewer === undefined ? "" : `<FunctionARN>${viewer}</FunctionARN>`;
  return [
    `<DistributionConfig xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"><CallerReference>${reference}</CallerReference>`,
    `<Origins><Quantity>1</Quantity><Items><Origin><Id>site</Id><OriginAccessControlId>${oac}</OriginAccessControlId><OriginShield><Enabled>false</Enabled></OriginShield></Origin></Items></Origins>`,
    `<DefaultCacheBehavior><TargetOriginId>${target}</TargetOriginId><ResponseHeadersPolicyId>${policy}</ResponseHeadersPolicyId>${viewers}</DefaultCacheBehavior>`,
    `<Logging><Enabled>false</Enabled></Logging><Enabled>${enabled}</Enabled></DistributionConfig>`,
  ].join("");
}

test("returns the configuration that it was sent, and the groups of origins that AWS adds", async () => {
  const ask = controlPlane();
  const oac = await made(ask, "origin-access-control", accessControl);
  const sent = distribution({ oac: oac.id });
  const one = await made(ask, "distribution", sent);
  expect(one.text).toContain(`<OriginAccessControlId>${oac.id}</OriginAccessControlId>`);
  const config = (await ask("GET", `distribution/${one.id}/config`)) as Answer;
  const added = "<OriginGroups><Quantity>0</Quantity></OriginGroups></DistributionConfig>";
  expect(config.body).toContain(sent.replace("</DistributionConfig>", added));
  expect(config.headers["etag"]).toBe(one.etag);
  expect(one.text).toMatch(/<DomainName>d[a-z0-9]{14}\.cloudfront\.net</);
});

test("a change needs the current version, and makes another", async () => {
  const ask = controlPlane();
  const { id, etag } = await made(ask, "distribution", distribution());
  const change = (version?: string) => ask("PUT", `distribution/${id}/config`, distribution(), version);
  expect(await change()).toBe("InvalidIfMatchVersion");
  expect(await change("EOTHER")).toBe("PreconditionFailed");
  const changed = (await change(etag)) as Answer;
  expect(changed.headers["etag"]).not.toBe(etag);
  expect(await change(etag)).toBe("PreconditionFailed");
});

test("a distribution is removed when it is disabled, whatever else of it is", async () => {
  const ask = controlPlane();
  const { id, etag } = await made(ask, "distribution", distribution());
  expect(await ask("DELETE", `distribution/${id}`, "", etag)).toBe("DistributionNotDisabled");
  const off = (await ask(
    "PUT",
    `distribution/${id}/config`,
    distribution({ enabled: false }),
    etag,
  )) as Answer;
  expect(await ask("DELETE", `distribution/${id}`, "", off.headers["etag"])).toMatchObject({ status: 204 });
  expect(await ask("GET", `distribution/${id}`)).toBe("NoSuchDistribution");
});

test("what a distribution uses is not removed before it", async () => {
  const ask = controlPlane();
  const oac = await made(ask, "origin-access-control", accessControl);
  const policy = await made(ask, "response-headers-policy", headersPolicy);
  const one = await made(
    ask,
    "distribution",
    distribution({ oac: oac.id, policy: policy.id, enabled: false }),
  );
  const remove = (kind: string, { id, etag }: { id: string; etag: string }) =>
    ask("DELETE", `${kind}/${id}`, "", etag);
  expect(await remove("origin-access-control", oac)).toBe("OriginAccessControlInUse");
  expect(await remove("response-headers-policy", policy)).toBe("ResponseHeadersPolicyInUse");
  expect(await remove("distribution", one)).toMatchObject({ status: 204 });
  expect(await remove("origin-access-control", oac)).toMatchObject({ status: 204 });
  expect(await remove("response-headers-policy", policy)).toMatchObject({ status: 204 });
});

test("a distribution names only what is there", async () => {
  const ask = controlPlane();
  const refusal = (parts: Parts) => ask("POST", "distribution", distribution(parts));
  expect(await refusal({ oac: "EGONE" })).toBe("NoSuchOriginAccessControl");
  expect(await refusal({ policy: "gone" })).toBe("NoSuchResponseHeadersPolicy");
  expect(await refusal({ target: "gone" })).toBe("NoSuchOrigin");
  expect(await refusal({ viewer: "arn:aws:cloudfront::123456789012:function/gone" })).toBe(
    "InvalidFunctionAssociation",
  );
  const managed = { policy: "67f7725c-6f97-4210-82d7-5512b31e9d03" };
  expect(await refusal(managed)).toMatchObject({ status: 201 });
  expect(await refusal(managed)).toBe("DistributionAlreadyExists");
  expect(await refusal({ ...managed, reference: "two" })).toMatchObject({ status: 201 });
});

test("tags are kept by ARN", async () => {
  const ask = controlPlane();
  const tags = (...pairs: string[][]) =>
    `<Tags><Items>${pairs.map(([key, value]) => `<Tag><Key>${key}</Key><Value>${value}</Value></Tag>`).join("")}</Items></Tags>`;
  const document = `<DistributionConfigWithTags>${distribution()}${tags(["Project", "tintype"])}</DistributionConfigWithTags>`;
  const { arn } = await made(ask, "distribution?WithTags", document);
  const query = `tagging?Resource=${encodeURIComponent(arn)}`;
  const shown = async () => texts(((await ask("GET", query)) as Answer).body.toString(), "Key");
  expect(await shown()).toEqual(["Project"]);
  await ask("POST", `${query}&Operation=Tag`, tags(["Deployment", "dev"]));
  expect(await shown()).toEqual(["Project", "Deployment"]);
  await ask("POST", `${query}&Operation=Untag`, "<TagKeys><Items><Key>Project</Key></Items></TagKeys>");
  expect(await shown()).toEqual(["Deployment"]);
});

test("a function serves when it is published, and is not removed from under a distribution", async () => {
  const ask = controlPlane();
  const body = (code: string) =>
    `<CreateFunctionRequest><Name>spa</Name><FunctionConfig><Runtime>cloudfront-js-2.0</Runtime></FunctionConfig><FunctionCode>${Buffer.from(code).toString("base64")}</FunctionCode></CreateFunctionRequest>`;
  const created = (await ask("POST", "function", body("first"))) as Answer;
  const [viewer = ""] = texts(created.body.toString(), "FunctionARN");
  const code = async (stage: string) => {
    const answer = await ask("GET", `function/spa?Stage=${stage}`);
    return typeof answer === "string" ? answer : answer.body.toString();
  };
  expect(await code("LIVE")).toBe("NoSuchFunctionExists");
  expect(await ask("POST", "distribution", distribution({ viewer }))).toBe("InvalidFunctionAssociation");
  expect(await ask("POST", "function/spa/publish")).toBe("InvalidIfMatchVersion");
  await ask("POST", "function/spa/publish", "", created.headers["etag"]);
  const updated = (await ask("PUT", "function/spa", body("second"), created.headers["etag"])) as Answer;
  expect([await code("DEVELOPMENT"), await code("LIVE")]).toEqual(["second", "first"]);
  await made(ask, "distribution", distribution({ viewer }));
  expect(await ask("DELETE", "function/spa", "", updated.headers["etag"])).toBe("FunctionInUse");
  expect(await ask("POST", "function", body("third"))).toBe("FunctionAlreadyExists");
  expect(await ask("POST", "function", body("x".repeat(10_241)).replace("spa", "long"))).toBe(
    "FunctionSizeLimitExceeded",
  );
});

test("a key value store is not removed while a function names it", async () => {
  const ask = controlPlane();
  const store = "<CreateKeyValueStoreRequest><Name>proof</Name></CreateKeyValueStoreRequest>";
  const { arn, etag } = await made(ask, "key-value-store", store);
  expect(await ask("POST", "key-value-store", store)).toBe("EntityAlreadyExists");
  const naming = (named: string) =>
    `<CreateFunctionRequest><Name>proof</Name><FunctionConfig><KeyValueStoreAssociations><Items><KeyValueStoreAssociation><KeyValueStoreARN>${named}</KeyValueStoreARN></KeyValueStoreAssociation></Items></KeyValueStoreAssociations></FunctionConfig><FunctionCode>eA==</FunctionCode></CreateFunctionRequest>`;
  expect(await ask("POST", "function", naming(`${arn}-gone`))).toBe("EntityNotFound");
  const viewer = (await ask("POST", "function", naming(arn))) as Answer;
  expect(await ask("DELETE", "key-value-store/proof", "", etag)).toBe("CannotDeleteEntityWhileInUse");
  await ask("DELETE", "function/proof", "", viewer.headers["etag"]);
  expect(await ask("DELETE", "key-value-store/proof", "", etag)).toMatchObject({ status: 204 });
  expect(await ask("GET", "key-value-store/proof")).toBe("EntityNotFound");
});

test("an invalidation can be read and listed", async () => {
  const ask = controlPlane();
  const { id } = await made(ask, "distribution", distribution());
  const batch =
    "<Paths><Quantity>1</Quantity><Items><Path>/index.html</Path></Items></Paths><CallerReference>1</CallerReference>";
  const one = await made(
    ask,
    `distribution/${id}/invalidation`,
    `<InvalidationBatch>${batch}</InvalidationBatch>`,
  );
  const read = (await ask("GET", `distribution/${id}/invalidation/${one.id}`)) as Answer;
  expect(read.body).toContain(`<InvalidationBatch>${batch}</InvalidationBatch>`);
  const listed = (await ask("GET", `distribution/${id}/invalidation`)) as Answer;
  expect(texts(listed.body.toString(), "Id")).toEqual([one.id]);
  expect(await ask("GET", `distribution/${id}/invalidation/other`)).toBe("NoSuchInvalidation");
});

test("what is not there is refused as such, and so is what is not built", async () => {
  const ask = controlPlane();
  expect(await ask("GET", "cache-policy/gone")).toBe("NoSuchCachePolicy");
  expect(await ask("GET", "origin-request-policy/gone")).toBe("NoSuchOriginRequestPolicy");
  expect(await ask("GET", "key-group")).toBe("NotImplemented");
  expect(await ask("GET", "constructor")).toBe("NotImplemented");
});
