import type {
  Behaviour,
  CachePolicy,
  Distribution,
  Forwarded,
  Origin,
  ResponseHeadersPolicy,
  Selection,
  ViewerFunction,
} from "./distribution.ts";
import { at, itemsOf, parseXml, textAt, type XmlElement } from "./xml-element.ts";

/** What a distribution refers to, as CloudFront's API gives it: XML, or the code of a function that is live. */
export type GetResource = (
  kind:
    | "cache-policy"
    | "origin-request-policy"
    | "response-headers-policy"
    | "origin-access-control"
    | "function",
  id: string,
) => Promise<string>;

export interface ReadDistributionProps {
  readonly id: string;
  readonly accountId: string;
  readonly domainName: string;
  /** A document that has a `DistributionConfig`. */
  readonly xml: string;
}

/** Reads what was declared of a distribution; an Error if it has what is not emulated. */
export async function readDistribution(
  get: GetResource,
  props: ReadDistributionProps,
): Promise<Distribution> {
  const { id, accountId, domainName, xml } = props;
  const document = parseXml(xml);
  const config = document.name === "DistributionConfig" ? document : at(document, "DistributionConfig");
  if (textAt(config, "Enabled") !== "true") throw new Error(`Distribution ${id} is not enabled`);
  const behaviours = [...itemsOf(at(config, "CacheBehaviors")), at(config, "DefaultCacheBehavior")!];
  return {
    id,
    arn: `arn:aws:cloudfront::${accountId}:distribution/${id}`,
    domainName,
    defaultRootObject: textAt(config, "DefaultRootObject") ?? "",
    origins: await Promise.all(itemsOf(at(config, "Origins")).map((origin) => readOrigin(get, origin))),
    behaviours: await Promise.all(behaviours.map((behaviour) => readBehaviour(get, behaviour))),
    errorTtlS: errorTtls(at(config, "CustomErrorResponses")),
  };
}

function errorTtls(responses: XmlElement | undefined): Map<number, number> {
  return new Map(
    itemsOf(responses).map((one) => {
      if (textAt(one, "ResponsePagePath")) throw new Error("Custom error pages are not emulated");
      return [Number(textAt(one, "ErrorCode")), Number(textAt(one, "ErrorCachingMinTTL") ?? 10)];
    }),
  );
}

async function readOrigin(get: GetResource, origin: XmlElement): Promise<Origin> {
  const control = textAt(origin, "OriginAccessControlId");
  const access = control ? parseXml(await get("origin-access-control", control)) : undefined;
  const config =
    access?.name === "OriginAccessControlConfig" ? access : at(access, "OriginAccessControlConfig");
  const behaviour = textAt(config, "SigningBehavior") ?? "never";
  if (behaviour === "no-override") throw new Error("Signing behaviour no-override is not emulated");
  const headers = itemsOf(at(origin, "CustomHeaders")).map((header) => [
    textAt(header, "HeaderName")!.toLowerCase(),
    textAt(header, "HeaderValue")!,
  ]);
  return {
    id: textAt(origin, "Id")!,
    domainName: textAt(origin, "DomainName")!,
    path: textAt(origin, "OriginPath") ?? "",
    kind: at(origin, "CustomOriginConfig") === undefined ? "s3" : "custom",
    isSigned: behaviour === "always",
    customHeaders: Object.fromEntries(headers),
  };
}

async function readBehaviour(get: GetResource, behaviour: XmlElement): Promise<Behaviour> {
  const [cache, request, headers] = ["CachePolicyId", "OriginRequestPolicyId", "ResponseHeadersPolicyId"].map(
    (name) => textAt(behaviour, name),
  );
  if (!cache) throw new Error("A cache behaviour without a cache policy is not emulated");
  return {
    pattern: textAt(behaviour, "PathPattern"),
    originId: textAt(behaviour, "TargetOriginId")!,
    allowedMethods: itemsOf(at(behaviour, "AllowedMethods")).map(({ text }) => text),
    compress: textAt(behaviour, "Compress") === "true",
    viewerProtocol: textAt(behaviour, "ViewerProtocolPolicy") as Behaviour["viewerProtocol"],
    cache: managedCache[cache] ?? cachePolicy(parseXml(await get("cache-policy", cache))),
    originRequest: !request
      ? nothing
      : (managedRequest[request] ??
        forwarded(
          configOf(parseXml(await get("origin-request-policy", request)), "OriginRequestPolicyConfig"),
        )),
    responseHeaders: !headers
      ? { add: [], remove: [] }
      : headersPolicy(parseXml(await get("response-headers-policy", headers))),
    viewerRequest: await readFunction(get, behaviour),
  };
}

async function readFunction(get: GetResource, behaviour: XmlElement): Promise<ViewerFunction | undefined> {
  const [association, ...others] = itemsOf(at(behaviour, "FunctionAssociations"));
  if (association === undefined) return undefined;
  if (others.length > 0 || textAt(association, "EventType") !== "viewer-request") {
    throw new Error("Only one viewer-request function is emulated");
  }
  const name = textAt(association, "FunctionARN")!.split("/").at(-1)!;
  return { name, code: await get("function", name) };
}

const none: Selection = { kind: "none", names: [] };
const all: Selection = { kind: "all", names: [] };
const nothing: Forwarded = { headers: none, cookies: none, queries: none };

/** https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html */
const managedCache: Readonly<Record<string, CachePolicy>> = {
  // CachingOptimized
  "658327ea-f89d-4fab-a63d-7e88639e58f6": {
    minTtlS: 1,
    defaultTtlS: 86_400,
    maxTtlS: 31_536_000,
    gzip: true,
    brotli: true,
    key: nothing,
  },
  // CachingDisabled
  "4135ea2d-6df8-44a3-9df3-4b5a84be39ad": {
    minTtlS: 0,
    defaultTtlS: 0,
    maxTtlS: 0,
    gzip: false,
    brotli: false,
    key: nothing,
  },
};

/** https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-origin-request-policies.html */
const managedRequest: Readonly<Record<string, Forwarded>> = {
  // AllViewerExceptHostHeader
  "b689b0a8-53d0-40ab-baf2-68738e2966ac": {
    headers: { kind: "allExcept", names: ["host"] },
    cookies: all,
    queries: all,
  },
  // AllViewer
  "216adef6-5c7f-47e4-b989-5492eafa07d3": { headers: all, cookies: all, queries: all },
};

const configOf = (document: XmlElement, name: string) =>
  document.name === name ? document : at(document, name);

function cachePolicy(document: XmlElement): CachePolicy {
  const config = configOf(document, "CachePolicyConfig");
  const key = at(config, "ParametersInCacheKeyAndForwardedToOrigin");
  return {
    minTtlS: Number(textAt(config, "MinTTL") ?? 0),
    defaultTtlS: Number(textAt(config, "DefaultTTL") ?? 86_400),
    maxTtlS: Number(textAt(config, "MaxTTL") ?? 31_536_000),
    gzip: textAt(key, "EnableAcceptEncodingGzip") === "true",
    brotli: textAt(key, "EnableAcceptEncodingBrotli") === "true",
    key: forwarded(key),
  };
}

const kinds: Readonly<Record<string, Selection["kind"]>> = {
  none: "none",
  whitelist: "only",
  allExcept: "allExcept",
  all: "all",
  allViewer: "all",
};

function forwarded(config: XmlElement | undefined): Forwarded {
  const selection = (part: string, one: string, plural: string): Selection => {
    const element = at(config, part);
    const behaviour = textAt(element, `${one}Behavior`) ?? "none";
    const kind = kinds[behaviour];
    if (kind === undefined) throw new Error(`${one}Behavior ${behaviour} is not emulated`);
    const names = itemsOf(at(element, plural)).map(({ text }) =>
      one === "Header" ? text.toLowerCase() : text,
    );
    return { kind, names };
  };
  return {
    headers: selection("HeadersConfig", "Header", "Headers"),
    cookies: selection("CookiesConfig", "Cookie", "Cookies"),
    queries: selection("QueryStringsConfig", "QueryString", "QueryStrings"),
  };
}

function headersPolicy(document: XmlElement): ResponseHeadersPolicy {
  const config = configOf(document, "ResponseHeadersPolicyConfig");
  if (at(config, "CorsConfig") !== undefined) throw new Error("CORS of a headers policy is not emulated");
  const security = at(config, "SecurityHeadersConfig");
  const secure = (element: string, name: string, value: (one: XmlElement) => string) => {
    const one = at(security, element);
    if (one === undefined) return [];
    return [{ name, value: value(one), override: textAt(one, "Override") === "true" }];
  };
  return {
    add: [
      ...secure("ContentSecurityPolicy", "content-security-policy", (one) =>
        textAt(one, "ContentSecurityPolicy")!,
      ),
      ...secure("ContentTypeOptions", "x-content-type-options", () => "nosniff"),
      ...secure("FrameOptions", "x-frame-options", (one) => textAt(one, "FrameOption")!),
      ...secure("ReferrerPolicy", "referrer-policy", (one) => textAt(one, "ReferrerPolicy")!),
      ...secure("StrictTransportSecurity", "strict-transport-security", strictTransport),
      ...itemsOf(at(config, "CustomHeadersConfig")).map((header) => ({
        name: textAt(header, "Header")!.toLowerCase(),
        value: textAt(header, "Value")!,
        override: textAt(header, "Override") === "true",
      })),
    ],
    remove: itemsOf(at(config, "RemoveHeadersConfig")).map((header) =>
      textAt(header, "Header")!.toLowerCase(),
    ),
  };
}

function strictTransport(one: XmlElement): string {
  const isSet = (name: string) => textAt(one, name) === "true";
  return [
    `max-age=${textAt(one, "AccessControlMaxAgeSec")}`,
    ...(isSet("IncludeSubdomains") ? ["includeSubDomains"] : []),
    ...(isSet("Preload") ? ["preload"] : []),
  ].join("; ");
}
