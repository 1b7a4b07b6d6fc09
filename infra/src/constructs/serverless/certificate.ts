import { AcmCertificate } from "@cdktf/provider-aws/lib/acm-certificate/index.js";
import type { AwsProvider } from "@cdktf/provider-aws/lib/provider/index.js";
import { Fn } from "cdktf";
import { Construct } from "constructs";

export interface CertificateProps {
  readonly domain: string;
  /** Of us-east-1, where CloudFront looks for certificates. */
  readonly globalProvider: AwsProvider;
}

/** A certificate that ACM issues and renews while its DNS record exists. Nothing waits for it: a deploy asks ACM. */
export class Certificate extends Construct {
  private readonly certificate: AcmCertificate;

  constructor(scope: Construct, id: string, { domain, globalProvider }: CertificateProps) {
    super(scope, id);
    this.certificate = new AcmCertificate(this, "certificate", {
      provider: globalProvider,
      domainName: domain,
      validationMethod: "DNS",
      // Another domain's certificate is made before this one leaves the distribution.
      lifecycle: { createBeforeDestroy: true },
    });
  }

  get arn(): string {
    return this.certificate.arn;
  }

  /** The record by which ACM sees whose domain it is. */
  get record(): { readonly name: string; readonly type: string; readonly value: string } {
    const option = (attribute: string) =>
      Fn.lookupNested(Fn.element(Fn.tolist(this.certificate.domainValidationOptions), 0), [
        attribute,
      ]) as string;
    return {
      name: option("resource_record_name"),
      type: option("resource_record_type"),
      value: option("resource_record_value"),
    };
  }
}
