import { copyFileSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { ACMClient, DescribeCertificateCommand } from "@aws-sdk/client-acm";
import { makeWhole } from "../../cli/atomic-file.ts";
import type { FunctionArchive, FunctionArchives } from "../build/functions.ts";
import type { Access } from "../clouds/cloud.ts";
import type { Deployment } from "../deployment.ts";
import { outputsIn, readState, type State } from "../terraform/state.ts";
import { globalRegion } from "../clouds/sdk-client.ts";
import { inRegion } from "./clients.ts";
import { domainOf, leadsTo } from "./domain.ts";
import type { ServerlessOutputs } from "./outputs.ts";

type Settings = Readonly<Record<string, string>>;

/** What the stack's program has to know beside the operator's settings. */
export async function functionSettings(
  deployment: Deployment,
  access: Access,
  { api, images }: FunctionArchives,
): Promise<Settings> {
  const state = await readState(deployment);
  removeOtherArchives(deployment, [api, images]);
  const imageOrigin = deployment.cloud.edge.imageOrigin();
  return {
    ...(await archiveSettings(deployment, "API", api)),
    ...(await archiveSettings(deployment, "IMAGES", images)),
    RESERVED_CONCURRENCY: deployment.reservedConcurrency,
    SECRETS_VERSION: String(secretsVersion(state)),
    CERTIFICATE_ISSUED: (await mayHaveDomain(deployment, access, state)) ? "yes" : "no",
    ...(imageOrigin !== undefined && { IMAGE_ORIGIN: imageOrigin }),
  };
}

/** As `functionSettings`, for what looks at no function and no distribution. */
export const partialSettings = (more: Settings): Settings => ({
  API_ZIP: "functions/none.zip",
  API_ZIP_HASH: `${"A".repeat(43)}=`,
  IMAGES_ZIP: "functions/none.zip",
  IMAGES_ZIP_HASH: `${"A".repeat(43)}=`,
  ...more,
});

function removeOtherArchives({ terraformFolder }: Deployment, kept: readonly FunctionArchive[]): void {
  const folder = join(terraformFolder, "functions");
  mkdirSync(folder, { recursive: true });
  const names = kept.map(({ file }) => basename(file));
  for (const name of readdirSync(folder)) if (!names.includes(name)) rmSync(join(folder, name));
}

/** The archive beside Terraform's configuration, so that its path in the state is the same on every machine. */
async function archiveSettings(
  { terraformFolder }: Deployment,
  prefix: "API" | "IMAGES",
  { file, hash }: FunctionArchive,
): Promise<Settings> {
  const path = `functions/${basename(file)}`;
  await makeWhole(join(terraformFolder, path), async (aside) => copyFileSync(file, aside));
  return { [`${prefix}_ZIP`]: path, [`${prefix}_ZIP_HASH`]: hash };
}

/** The version of the secrets that a state holds; 1 if it holds none. */
export function secretsVersion(state: State | undefined): number {
  const parameters = (state?.resources ?? []).filter(({ type }) => type === "aws_ssm_parameter");
  const versions = parameters
    .flatMap(({ instances }) => instances as { attributes?: { value_wo_version?: number } }[])
    .map(({ attributes }) => attributes?.value_wo_version ?? 1);
  return Math.max(1, ...versions);
}

/**
 * Whether ACM has issued the certificate of the domain that this deploy sets, and the domain leads to the distribution:
 * CloudFront's own name redirects to it from then on. A site that has the domain keeps it.
 */
async function mayHaveDomain(
  deployment: Deployment,
  access: Access,
  state: State | undefined,
): Promise<boolean> {
  const outputs = outputsIn<ServerlessOutputs>(state, deployment);
  const certificate = outputs?.certificate;
  if (
    outputs === undefined ||
    certificate === undefined ||
    deployment.domain === undefined ||
    deployment.domain === "none"
  )
    return false;
  const { Certificate } = await new ACMClient(inRegion(access, globalRegion)).send(
    new DescribeCertificateCommand({ CertificateArn: certificate.arn }),
  );
  if (Certificate?.Status !== "ISSUED" || Certificate.DomainName !== deployment.domain) return false;
  const resolver = deployment.cloud.edge.resolver();
  if (domainOf(outputs) === deployment.domain || resolver === undefined) return true;
  return leadsTo(deployment.domain, outputs.distributionDomain, resolver);
}
