import {
  CloudfrontDistribution,
  type CloudfrontDistributionViewerCertificate,
} from "@cdktf/provider-aws/lib/cloudfront-distribution/index.js";
import { CloudfrontFunction } from "@cdktf/provider-aws/lib/cloudfront-function/index.js";
import { CloudfrontKeyValueStore } from "@cdktf/provider-aws/lib/cloudfront-key-value-store/index.js";
import { CloudfrontOriginAccessControl } from "@cdktf/provider-aws/lib/cloudfront-origin-access-control/index.js";
import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group/index.js";
import type { AwsProvider } from "@cdktf/provider-aws/lib/provider/index.js";
import { Construct } from "constructs";
import { proofFunction, siteFunction } from "./edge-functions.ts";
import { apiPolicy, responseHeaders, sitePolicy } from "./edge-headers.ts";
import { logRetentionDays } from "./function.ts";
import type { HttpApi } from "./http-api.ts";
import type { SiteBucket } from "./site-bucket.ts";

export interface EdgeProps {
  readonly name: string;
  readonly site: SiteBucket;
  readonly api: HttpApi;
  /** From which the page may load images, and to which it may send them. */
  readonly imageOrigin: string;
  readonly globalProvider: AwsProvider;
  /** The site's name and its certificate. @default - the distribution's own name */
  readonly domain?: { readonly name: string; readonly certificateArn: string } | undefined;
}

// Managed by AWS, the same in every account.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-origin-request-policies.html
const managed = {
  /** Caches as `Cache-Control` says; neither headers nor queries nor cookies make a difference. */
  cachingOptimized: "658327ea-f89d-4fab-a63d-7e88639e58f6",
  cachingDisabled: "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
  allViewerExceptHostHeader: "b689b0a8-53d0-40ab-baf2-68738e2966ac",
};

// Those that CloudFront caches, which it does for 10 seconds by default, whatever `Cache-Control` says.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HTTPStatusCodes.html
const cachedErrors = [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504];

/** One origin for the site and `/api`: a distribution that signs its reads of the site's bucket. */
export class Edge extends Construct {
  private readonly distribution: CloudfrontDistribution;
  private readonly store: CloudfrontKeyValueStore;

  constructor(scope: Construct, id: string, props: EdgeProps) {
    super(scope, id);
    const { name, site, api, domain } = props;
    const access = new CloudfrontOriginAccessControl(this, "access", {
      name: `tintype-${name}-site`,
      originAccessControlOriginType: "s3",
      signingBehavior: "always",
      signingProtocol: "sigv4",
    });
    // Its one value is put by a deploy: what Terraform would put is in its state.
    this.store = new CloudfrontKeyValueStore(this, "store", {
      name: `tintype-${name}`,
      comment: "the proof that a request came through the distribution",
    });
    const pages = this.viewerFunction("pages", siteFunction(domain?.name), props);
    const proof = this.viewerFunction("proof", proofFunction, props, [this.store.arn]);
    const apiHeaders = responseHeaders(this, "api-headers", apiPolicy(name));
    const compressed = { compress: true, cachedMethods: ["GET", "HEAD"] };
    this.distribution = new CloudfrontDistribution(this, "distribution", {
      comment: `tintype ${name}`,
      enabled: true,
      httpVersion: "http2and3",
      isIpv6Enabled: true,
      priceClass: "PriceClass_100",
      defaultRootObject: "index.html",
      ...(domain !== undefined && { aliases: [domain.name] }),
      origin: [
        { originId: "site", domainName: site.hostName, originAccessControlId: access.id },
        {
          originId: "api",
          domainName: api.hostName,
          customOriginConfig: {
            httpPort: 80,
            httpsPort: 443,
            originProtocolPolicy: "https-only",
            originSslProtocols: ["TLSv1.2"],
          },
        },
      ],
      defaultCacheBehavior: {
        ...compressed,
        targetOriginId: "site",
        viewerProtocolPolicy: "redirect-to-https",
        allowedMethods: ["GET", "HEAD"],
        cachePolicyId: managed.cachingOptimized,
        responseHeadersPolicyId: responseHeaders(this, "site-headers", sitePolicy(name, props.imageOrigin))
          .id,
        functionAssociation: [{ eventType: "viewer-request", functionArn: pages.arn }],
      },
      // `/api` alone is the API's too, as it is behind nginx; `/api*` would take `/apis`.
      orderedCacheBehavior: ["/api", "/api/*"].map((pathPattern) => ({
        ...compressed,
        pathPattern,
        targetOriginId: "api",
        viewerProtocolPolicy: "https-only",
        allowedMethods: ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"],
        cachePolicyId: managed.cachingDisabled,
        originRequestPolicyId: managed.allViewerExceptHostHeader,
        responseHeadersPolicyId: apiHeaders.id,
        functionAssociation: [{ eventType: "viewer-request", functionArn: proof.arn }],
      })),
      customErrorResponse: cachedErrors.map((errorCode) => ({ errorCode, errorCachingMinTtl: 0 })),
      restrictions: { geoRestriction: { restrictionType: "none" } },
      viewerCertificate: certificateOf(domain?.certificateArn),
    });
    site.openTo(this.distribution.arn);
  }

  get distributionId(): string {
    return this.distribution.id;
  }

  /** The distribution's own name, to which a domain's record points. */
  get hostName(): string {
    return this.distribution.domainName;
  }

  /** Where a deploy puts the proof. */
  get storeArn(): string {
    return this.store.arn;
  }

  private viewerFunction(
    id: string,
    code: string,
    { name, globalProvider }: EdgeProps,
    keyValueStoreAssociations?: string[],
  ): CloudfrontFunction {
    const functionName = `tintype-${name}-${id}`;
    // A function writes here when it fails; a group that CloudFront makes keeps everything forever.
    const group = new CloudwatchLogGroup(this, `${id}-logs`, {
      provider: globalProvider,
      name: `/aws/cloudfront/function/${functionName}`,
      retentionInDays: logRetentionDays,
    });
    return new CloudfrontFunction(this, id, {
      name: functionName,
      runtime: "cloudfront-js-2.0",
      code,
      publish: true,
      dependsOn: [group], // or the function would make it again while both are destroyed
      ...(keyValueStoreAssociations && { keyValueStoreAssociations }),
    });
  }
}

function certificateOf(acmCertificateArn: string | undefined): CloudfrontDistributionViewerCertificate {
  if (acmCertificateArn === undefined) return { cloudfrontDefaultCertificate: true };
  return { acmCertificateArn, sslSupportMethod: "sni-only", minimumProtocolVersion: "TLSv1.2_2021" };
}
