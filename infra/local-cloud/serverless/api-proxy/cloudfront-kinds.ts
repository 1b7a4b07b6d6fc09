/** A resource of CloudFront's API, and the names that it has there. */
export interface Kind {
  readonly path: string;
  readonly element: string;
  readonly config: string;
  /** What makes two of them the same. */
  readonly identity: readonly (readonly string[])[];
  /** The error if it is not there. */
  readonly missing: string;
  /** The element of a distribution that names it; @default - no distribution does. */
  readonly reference?: string;
  /** Whether lists show its configuration without an element around it. */
  readonly isFlatInLists: boolean;
}

const policy = (path: string, element: string, reference: string): Kind => ({
  ...{ path, element, reference, config: `${element}Config`, identity: [["Name"]] },
  missing: `NoSuch${element}`,
  isFlatInLists: false,
});

export const kinds = {
  distribution: {
    path: "distribution",
    element: "Distribution",
    config: "DistributionConfig",
    identity: [["CallerReference"]],
    missing: "NoSuchDistribution",
    isFlatInLists: true,
  },
  "origin-access-control": {
    path: "origin-access-control",
    element: "OriginAccessControl",
    config: "OriginAccessControlConfig",
    identity: [["Name"]],
    missing: "NoSuchOriginAccessControl",
    reference: "OriginAccessControlId",
    isFlatInLists: true,
  },
  "response-headers-policy": policy(
    "response-headers-policy",
    "ResponseHeadersPolicy",
    "ResponseHeadersPolicyId",
  ),
  "cache-policy": policy("cache-policy", "CachePolicy", "CachePolicyId"),
  "origin-request-policy": policy("origin-request-policy", "OriginRequestPolicy", "OriginRequestPolicyId"),
} satisfies Record<string, Kind>;

export type Kinds = Record<keyof typeof kinds, Kind>;

/**
 * Policies that AWS keeps, by id; they can be named and not read here.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html and the pages beside it
 */
export const managedPolicies: ReadonlySet<string> = new Set([
  "658327ea-f89d-4fab-a63d-7e88639e58f6", // CachingOptimized
  "4135ea2d-6df8-44a3-9df3-4b5a84be39ad", // CachingDisabled
  "83da9c7e-98b4-4e11-a168-04f0df8e2c65", // UseOriginCacheControlHeaders
  "4cc15a8a-d715-48a4-82b8-cc0b614638fe", // UseOriginCacheControlHeaders-QueryStrings
  "b689b0a8-53d0-40ab-baf2-68738e2966ac", // AllViewerExceptHostHeader
  "216adef6-5c7f-47e4-b989-5492eafa07d3", // AllViewer
  "67f7725c-6f97-4210-82d7-5512b31e9d03", // SecurityHeadersPolicy
]);
