import { CreateInvalidationCommand } from "@aws-sdk/client-cloudfront";
import type { LambdaClient } from "@aws-sdk/client-lambda";
import { say, step } from "../../../cli/steps.ts";
import type { Access } from "../../clouds/cloud.ts";
import type { Deployment } from "../../deployment.ts";
import { cloudfrontClient, invokingClient, lambdaClient, s3Client } from "../clients.ts";
import { type FunctionName, functionNames, type ServerlessOutputs } from "../outputs.ts";
import { type HistoryFile, openHistory, type ReleaseRecord, withRelease } from "./history.ts";
import { edgeProof, putProof } from "./proof.ts";
import { removeOtherFiles, serveSite, type SiteBuckets, type SiteFiles, uploadSite } from "./site-files.ts";
import { trialOf, tryVersion } from "./trial.ts";
import { liveVersion, removeOthers, moveAlias, versionsOf } from "./versions.ts";

type Versions = ReleaseRecord["versions"];

/** Every route of the page is this path at the edge. */
const invalidated = ["/index.html"];

/**
 * Brings a release into service. Each step leaves the former release whole: new versions serve no one until they were
 * tried, new files have new names, and `index.html` comes last. Stopped anywhere, the next deploy completes it.
 */
export async function releaseApplication(
  outputs: ServerlessOutputs,
  site: SiteFiles,
  access: Access,
  { make, now = () => new Date() }: Pick<Deployment, "make"> & { readonly now?: () => Date },
): Promise<void> {
  const buckets = bucketsOf(outputs, access);
  const lambda = lambdaClient(access, outputs.region);
  // Read first: what another machine releases from here on is not replaced without a word.
  const file = await openHistory(buckets.client, outputs.bucket, { make });
  const proof = await edgeProof(outputs, access);
  await step("Upload the site's files", async () => {
    await uploadSite(buckets, site);
    await putProof(outputs, proof, access);
  });
  const versions = await newestVersions(lambda, outputs);
  await step("Try the new versions of the functions", async (note) => {
    for (const name of functionNames) {
      note(name);
      const host = new URL(outputs.url).host;
      const [functionName, version] = [outputs.functions[name], versions[name]];
      const serves = (await liveVersion(lambda, functionName)) === version;
      const trial = trialOf(name, { functionName, version, host, proof, serves });
      const onBusy = () => note(`${name} waits until it may run, for at most 15 minutes`);
      await tryVersion(invokingClient(access, outputs.region), trial, { onBusy });
    }
  });
  const before = file.current();
  const files = site.files.map(({ path }) => path);
  const wanted = { at: now().toISOString(), versions, site: { id: site.id, files } };
  const { history, release } = withRelease(before, wanted);
  if (history !== before) await file.write(history);
  await step("Have the release serve", () => bringIntoService(outputs, release, file, access));
  await step("Remove what no release needs", () =>
    prune({ lambda, buckets, outputs }, history.releases, now()),
  );
}

/** Moves functions and page to a release that is in the history. Functions go first: a page may need what they can. */
export async function bringIntoService(
  outputs: ServerlessOutputs,
  release: ReleaseRecord,
  file: HistoryFile,
  access: Access,
): Promise<void> {
  const lambda = lambdaClient(access, outputs.region);
  const buckets = bucketsOf(outputs, access);
  for (const name of functionNames) {
    const functionName = outputs.functions[name];
    const version = release.versions[name];
    if ((await liveVersion(lambda, functionName)) === version) continue;
    await file.requireUnchanged();
    await moveAlias(lambda, functionName, version);
    say(`    ${name}: version ${version} serves`);
  }
  const history = file.current();
  if (history.page !== release.site.id) {
    await file.write({ ...history, page: undefined }); // stopped here, the next deploy cannot know which page is there
    await serveSite(buckets, release.site);
    await invalidate(outputs, access);
  }
  if (file.current().live !== release.at || file.current().page !== release.site.id)
    await file.write({ ...history, live: release.at, page: release.site.id });
}

async function invalidate({ distributionId }: ServerlessOutputs, access: Access): Promise<void> {
  const Paths = { Quantity: invalidated.length, Items: invalidated };
  const InvalidationBatch = { CallerReference: `tintype-${Date.now()}`, Paths };
  await cloudfrontClient(access).send(
    new CreateInvalidationCommand({ DistributionId: distributionId, InvalidationBatch }),
  );
}

async function newestVersions(lambda: LambdaClient, { functions }: ServerlessOutputs): Promise<Versions> {
  const found = functionNames.map(async (name) => [
    name,
    (await versionsOf(lambda, functions[name])).at(-1)!,
  ]);
  return Object.fromEntries(await Promise.all(found)) as Record<FunctionName, string>;
}

interface Kept {
  readonly lambda: LambdaClient;
  readonly buckets: SiteBuckets;
  readonly outputs: ServerlessOutputs;
}

async function prune(
  { lambda, buckets, outputs }: Kept,
  releases: readonly ReleaseRecord[],
  now: Date,
): Promise<void> {
  for (const name of functionNames) {
    const kept = releases.map(({ versions }) => versions[name]);
    await removeOthers(lambda, outputs.functions[name], kept);
  }
  await removeOtherFiles(buckets, releases, now);
}

export const bucketsOf = (
  { bucket, siteBucket, region }: ServerlessOutputs,
  access: Access,
): SiteBuckets => ({
  client: s3Client(access, region),
  site: siteBucket,
  kept: bucket,
});
