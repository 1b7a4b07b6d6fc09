import { createServer, type IncomingHttpHeaders } from "node:http";
import { buffer } from "node:stream/consumers";
import { createEdge, type EdgeProps } from "../../../../local-cloud/serverless/edge/edge.ts";
import {
  type GetResource,
  readDistribution,
} from "../../../../local-cloud/serverless/edge/read-distribution.ts";
import { proofFunction, siteFunction } from "../../../../src/constructs/serverless/edge-functions.ts";
import { createS3Proxy } from "../../../../local-cloud/s3-proxy/src/server.ts";
import { closed, listening, send, type Sent } from "../http-api/harness.ts";

export const cachingOptimized = "658327ea-f89d-4fab-a63d-7e88639e58f6";
export const cachingDisabled = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad";
export const allViewerExceptHost = "b689b0a8-53d0-40ab-baf2-68738e2966ac";

const list = (name: string, items: readonly string[]) =>
  `<${name}><Quantity>${items.length}</Quantity><Items>${items.join("")}</Items></${name}>`;

/** As the AWS provider sends it, for the site and `/api/*`. */
export const distributionXml = ({
  apiCache = cachingDisabled,
  errorTtl = "",
  apiMethods = ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"],
  control = "EOAC",
} = {}) => `<?xml version="1.0" encoding="UTF-8"?>
<DistributionConfig xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/">
  <CallerReference>terraform</CallerReference><Enabled>true</Enabled><DefaultRootObject>index.html</DefaultRootObject>
  ${list("Origins", [
    `<Origin><Id>site</Id><DomainName>site-bucket.s3.us-east-1.amazonaws.com</DomainName><OriginPath></OriginPath><OriginAccessControlId>${control}</OriginAccessControlId><S3OriginConfig><OriginAccessIdentity></OriginAccessIdentity></S3OriginConfig></Origin>`,
    `<Origin><Id>api</Id><DomainName>a1.execute-api.us-east-1.amazonaws.com</DomainName>${list("CustomHeaders", ["<OriginCustomHeader><HeaderName>X-Origin-Proof</HeaderName><HeaderValue>a&amp;b</HeaderValue></OriginCustomHeader>"])}<CustomOriginConfig><HTTPPort>80</HTTPPort></CustomOriginConfig></Origin>`,
  ])}
  <DefaultCacheBehavior><TargetOriginId>site</TargetOriginId><ViewerProtocolPolicy>redirect-to-https</ViewerProtocolPolicy>
    <AllowedMethods><Quantity>2</Quantity><Items><Method>GET</Method><Method>HEAD</Method></Items></AllowedMethods>
    <Compress>true</Compress><CachePolicyId>${cachingOptimized}</CachePolicyId><ResponseHeadersPolicyId>site-headers</ResponseHeadersPolicyId>
    ${list("FunctionAssociations", ["<FunctionAssociation><EventType>viewer-request</EventType><FunctionARN>arn:aws:cloudfront::123456789012:function/pages</FunctionARN></FunctionAssociation>"])}
  </DefaultCacheBehavior>
  ${list("CacheBehaviors", [
    `<CacheBehavior><PathPattern>/api/*</PathPattern><TargetOriginId>api</TargetOriginId><ViewerProtocolPolicy>https-only</ViewerProtocolPolicy>
     <AllowedMethods><Quantity>${apiMethods.length}</Quantity><Items>${apiMethods.map((method) => `<Method>${method}</Method>`).join("")}</Items></AllowedMethods>
     <Compress>true</Compress><CachePolicyId>${apiCache}</CachePolicyId><OriginRequestPolicyId>${allViewerExceptHost}</OriginRequestPolicyId>
     <FunctionAssociations><Quantity>1</Quantity><Items><FunctionAssociation><EventType>viewer-request</EventType><FunctionARN>arn:aws:cloudfront::123456789012:function/proof</FunctionARN></FunctionAssociation></Items></FunctionAssociations>
     </CacheBehavior>`,
  ])}
  ${errorTtl}
</DistributionConfig>`;

export const noErrorCaching = list(
  "CustomErrorResponses",
  [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504].map(
    (code) =>
      `<CustomErrorResponse><ErrorCode>${code}</ErrorCode><ErrorCachingMinTTL>0</ErrorCachingMinTTL></CustomErrorResponse>`,
  ),
);

export const resources: Record<string, string> = {
  "origin-access-control/EOAC":
    "<OriginAccessControl><Id>EOAC</Id><OriginAccessControlConfig><SigningBehavior>always</SigningBehavior></OriginAccessControlConfig></OriginAccessControl>",
  "origin-access-control/NEVER":
    "<OriginAccessControlConfig><SigningBehavior>never</SigningBehavior></OriginAccessControlConfig>",
  "response-headers-policy/site-headers": `<ResponseHeadersPolicy><ResponseHeadersPolicyConfig>
    <SecurityHeadersConfig>
      <ContentSecurityPolicy><Override>true</Override><ContentSecurityPolicy>default-src &#39;none&#39;</ContentSecurityPolicy></ContentSecurityPolicy>
      <StrictTransportSecurity><Override>true</Override><AccessControlMaxAgeSec>31536000</AccessControlMaxAgeSec><IncludeSubdomains>true</IncludeSubdomains></StrictTransportSecurity>
    </SecurityHeadersConfig>
    <CustomHeadersConfig><Quantity>1</Quantity><Items><ResponseHeadersPolicyCustomHeader><Header>X-Kept</Header><Value>policy</Value><Override>false</Override></ResponseHeadersPolicyCustomHeader></Items></CustomHeadersConfig>
    <RemoveHeadersConfig><Quantity>1</Quantity><Items><ResponseHeadersPolicyRemoveHeader><Header>Server</Header></ResponseHeadersPolicyRemoveHeader></Items></RemoveHeadersConfig>
    </ResponseHeadersPolicyConfig></ResponseHeadersPolicy>`,
  "function/pages": siteFunction("site.example"),
  "function/proof": proofFunction,
};

export interface Reached {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const keys = { accessKeyId: "ASIAEDGE", secretAccessKey: "edge secret", sessionToken: "edge token" };

export const page = `<!doctype html><title>Tintype</title>${" ".repeat(2000)}`;

/** An edge before the strict S3 proxy, whose store has three files, and before an API whose answer `answer` gives. */
export async function startEdge(
  xml = distributionXml({ errorTtl: noErrorCaching }),
  options: Partial<EdgeProps> = {},
) {
  const files = new Map([
    ["/site-bucket/index.html", { body: page, type: "text/html", cacheControl: "no-cache" }],
    [
      "/site-bucket/assets/x.js",
      { body: "x()", type: "text/javascript", cacheControl: "max-age=31536000, immutable" },
    ],
    ["/site-bucket/assets/a b.js", { body: "space", type: "text/javascript", cacheControl: "max-age=60" }],
  ]);
  const state = {
    now: new Date(),
    xml,
    files,
    reads: [] as string[],
    reached: [] as Reached[],
    errors: [] as unknown[],
    resources: { ...resources },
    answer: { status: 200, headers: {} as Record<string, string | string[]>, body: "{}" },
  };
  const store = createServer((message, response) => {
    const path = decodeURIComponent(message.url!.split("?")[0]!);
    state.reads.push(path);
    const file = state.files.get(path);
    const headers = {
      "content-type": file?.type ?? "application/xml",
      server: "AmazonS3",
      ...(file && { etag: '"tag"', "cache-control": file.cacheControl }),
    };
    response
      .writeHead(file ? 200 : 404, headers)
      .end(message.method === "HEAD" ? undefined : (file?.body ?? "<Error/>"));
  });
  const api = createServer({ maxHeaderSize: 64 * 1024 }, async (message, response) => {
    const body = (await buffer(message)).toString();
    state.reached.push({ method: message.method!, url: message.url!, headers: message.headers, body });
    response.writeHead(state.answer.status, state.answer.headers).end(state.answer.body);
  });
  const [storeUrl, apiUrl] = await Promise.all([listening(store), listening(api)]);
  const s3 = createS3Proxy({
    upstream: new URL(storeUrl),
    secretFor: (id, token) =>
      id === keys.accessKeyId && token === keys.sessionToken ? keys.secretAccessKey : undefined,
    now: () => state.now,
  });
  const s3Url = await listening(s3);
  const get: GetResource = async (kind, id) => {
    const found = state.resources[`${kind}/${id}`];
    if (found === undefined) throw new Error(`No ${kind} ${id}`);
    return found;
  };
  const describe = () =>
    readDistribution(get, {
      id: "E1",
      accountId: "123456789012",
      domainName: "d1.cloudfront.net",
      xml: state.xml,
    });
  const { server, invalidate } = createEdge({
    describe,
    s3: new URL(s3Url),
    customOrigin: () => new URL(apiUrl),
    credentials: () => keys,
    keyValue: async (_, key) => (key === "edge-proof" ? "proof" : undefined),
    now: () => state.now,
    onFunctionError: (error) => state.errors.push(error),
    ...options,
  });
  const url = await listening(server);
  return {
    state,
    url,
    describe,
    invalidate,
    pass: (seconds: number) => void (state.now = new Date(state.now.getTime() + seconds * 1000)),
    send: (path: string, sent: Sent = {}) => send(url, path, sent),
    stop: () => Promise.all([server, s3, api, store].map(closed)),
  };
}
