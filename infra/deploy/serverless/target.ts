import { join } from "node:path";
import { say, step } from "../../cli/steps.ts";
import { buildFunctions, type FunctionArchives } from "../build/functions.ts";
import { buildFrontend, contentHash } from "../build/release.ts";
import { smokeTest } from "../site/smoke-test.ts";
import type { Target } from "../target.ts";
import { requireNoLoss } from "../terraform/lost-data.ts";
import { currentStack } from "../terraform/synthesize.ts";
import { requireTerraform } from "../terraform/version.ts";
import { faultsOfAccount } from "./account.ts";
import { codes } from "./commands/codes.ts";
import { integrity } from "./commands/integrity.ts";
import { logs } from "./commands/logs.ts";
import { output } from "./commands/output.ts";
import { resetFactor } from "./commands/reset-factor.ts";
import { rollback } from "./commands/rollback.ts";
import { rotateSecrets } from "./commands/rotate-secrets.ts";
import { status } from "./commands/status.ts";
import { domainNotes, recordsToRemove, requireDomainRecord, unnamedDomain } from "./domain.ts";
import { heldAccounts, keptByAws } from "./kept-by-aws.ts";
import { showSite } from "./front-door.ts";
import type { ServerlessOutputs } from "./outputs.ts";
import { passkeysOf } from "./passkeys.ts";
import { releaseApplication } from "./release/release-application.ts";
import { filesIn, type SiteFiles } from "./release/site-files.ts";
import { partialSettings, functionSettings } from "./settings.ts";

interface Build {
  readonly functions: FunctionArchives;
  readonly site: SiteFiles;
}

const requireEphemeralValues = () => requireTerraform("1.11.0", "it keeps secrets out of its state");

/** CloudFront before a bucket and an HTTP API of functions; Cognito and DynamoDB. */
export const serverless: Target<Build, ServerlessOutputs> = {
  tools: [],
  toolsOfPlan: [],

  checks: (deployment, { outputs }) => [() => unnamedDomain(deployment, outputs)],
  checksByTools: () => ({ before: [requireEphemeralValues], after: [] }),
  accountFaults: faultsOfAccount,
  requireOwn: () => {},

  async settings(deployment, access, build) {
    await requireEphemeralValues(); // a plan has not checked it
    const functions = build?.functions ?? (await buildFunctions(join(deployment.logs, "build.log")));
    return functionSettings(deployment, access, functions);
  },

  async build(folder) {
    const log = join(folder, "build.log");
    const page = buildFrontend(log, async (out) => ({ id: contentHash(out), files: filesIn(out) }));
    const [functions, site] = await Promise.all([buildFunctions(log), page]);
    return { functions, site };
  },

  requireAcceptable({ lose, make }, plan) {
    const names = [...lose, "NAME"].join(",");
    const way = `If it may go: ${make("deploy")} LOSE=${names}, with the resource's name as it stands above, or several with commas`;
    requireNoLoss(plan, lose, way);
  },
  passkeys: passkeysOf,
  apply: (_deployment, apply) => apply(),

  async release(deployment, outputs, build, access) {
    const resolver = deployment.cloud.edge.resolver();
    if (resolver !== undefined) await requireDomainRecord(outputs, resolver, deployment);
    await showSite(deployment, outputs);
    await releaseApplication(outputs, build.site, access, deployment);
  },

  async smokeTest(deployment, outputs) {
    const door = await showSite(deployment, outputs);
    await step("Ask the site", () => smokeTest(door, `More about it: ${deployment.make("logs")}`));
  },

  async conclude(deployment, outputs) {
    const { url } = await showSite(deployment, outputs);
    say(`  ${url}`);
    if ((await deployment.cloud.edge.sentMails(outputs.userPoolId)) !== undefined)
      say(`\nMail is not delivered: codes that people wait for are shown by ${deployment.make("codes")}`);
    for (const line of domainNotes(outputs, deployment)) say(line);
  },
  conclusionOfPlan: async () => {},

  held: heldAccounts,
  beforeDestroy: async ({ cloud }, outputs) => [
    ...(cloud.isDisposable ? [] : keptByAws(outputs, new Date())),
    ...recordsToRemove(outputs),
  ],
  toDestroy: (deployment, access) => currentStack(deployment, access, partialSettings({ PROTECTION: "no" })),
  async unprotect(terraform) {
    const protectedKinds = ["aws_cognito_user_pool.", "aws_dynamodb_table."];
    const addresses = await terraform.resources();
    const only = addresses.filter((address) => protectedKinds.some((kind) => address.startsWith(kind)));
    if (only.length === 0) return;
    await step("End the protection from deletion", async () => {
      const plan = await terraform.plan(only);
      if (plan === undefined) return;
      requireNoLoss(plan);
      await terraform.apply();
    });
  },
  buckets: ({ bucket, siteBucket }) => [siteBucket, bucket],
  leftovers: async (...of) => (await import("../leftovers/serverless.ts")).leftoversOfServerless(...of),

  verbs: {
    backup:
      "STACK=serverless has no `make backup`: DynamoDB keeps the last 35 days by itself, see docs/operations.md.",
    codes,
    integrity,
    logs,
    output,
    "reset-factor": resetFactor,
    restore: "STACK=serverless has no `make restore`: a table is restored in AWS, see docs/operations.md.",
    rollback,
    "rotate-secrets": rotateSecrets,
    ssh: "STACK=serverless has no `make ssh`: it has no hosts.",
    status,
  },
};
