import {
  CloudfrontResponseHeadersPolicy,
  type CloudfrontResponseHeadersPolicySecurityHeadersConfig,
} from "@cdktf/provider-aws/lib/cloudfront-response-headers-policy/index.js";
import type { Construct } from "constructs";

const permissions =
  "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=()";

interface Policy {
  readonly name: string;
  readonly contentPolicy: string;
  /** Whether the origin's own headers are replaced. */
  readonly override: boolean;
  /** For responses of an origin that says nothing about it. */
  readonly cacheControl?: string;
}

/** The page's headers, as nginx sends them on the `ec2` stack. */
export const sitePolicy = (name: string, imageOrigin: string): Policy => ({
  name: `tintype-${name}-site`,
  contentPolicy: `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: ${imageOrigin}; media-src ${imageOrigin}; connect-src 'self' ${imageOrigin}; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`,
  override: true,
});

/** The API sends its own headers. These are for what the gateway and the edge answer in its place. */
export const apiPolicy = (name: string): Policy => ({
  name: `tintype-${name}-api`,
  contentPolicy: "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
  override: false,
  cacheControl: "no-store",
});

export function responseHeaders(
  scope: Construct,
  id: string,
  policy: Policy,
): CloudfrontResponseHeadersPolicy {
  const { name, contentPolicy, override, cacheControl } = policy;
  const securityHeadersConfig: CloudfrontResponseHeadersPolicySecurityHeadersConfig = {
    contentSecurityPolicy: { contentSecurityPolicy: contentPolicy, override },
    contentTypeOptions: { override: true },
    referrerPolicy: { referrerPolicy: "same-origin", override: true },
    strictTransportSecurity: { accessControlMaxAgeSec: 31_536_000, includeSubdomains: true, override: true },
  };
  const custom = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": permissions,
  };
  const items = [
    ...Object.entries(custom).map(([header, value]) => ({ header, value, override: true })),
    ...(cacheControl === undefined
      ? []
      : [{ header: "Cache-Control", value: cacheControl, override: false }]),
  ];
  return new CloudfrontResponseHeadersPolicy(scope, id, {
    name,
    securityHeadersConfig,
    customHeadersConfig: { items },
  });
}
