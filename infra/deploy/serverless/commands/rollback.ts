import { GetFunctionConfigurationCommand } from "@aws-sdk/client-lambda";
import { say, step } from "../../../cli/steps.ts";
import { UserError } from "../../../cli/user-error.ts";
import type { Access } from "../../clouds/cloud.ts";
import type { Deployment } from "../../deployment.ts";
import { withLock } from "../../deployment-lock.ts";
import { presentCloud } from "../../record/access.ts";
import { smokeTest } from "../../site/smoke-test.ts";
import { requireOutputs } from "../../terraform/state.ts";
import { lambdaClient } from "../clients.ts";
import { siteDoor } from "../front-door.ts";
import type { ServerlessOutputs } from "../outputs.ts";
import { openHistory, releaseBefore, type ReleaseRecord } from "../release/history.ts";
import { bringIntoService, bucketsOf } from "../release/release-application.ts";

export const rollback = (deployment: Deployment) => withLock(deployment, () => previousRelease(deployment));

/** Puts the release before the one that serves back: versions of functions, and the page's files. Data stays as it is. */
async function previousRelease(deployment: Deployment): Promise<void> {
  const outputs = await requireOutputs<ServerlessOutputs>(deployment);
  const access = await presentCloud(deployment);
  const file = await openHistory(bucketsOf(outputs, access).client, outputs.bucket, deployment);
  const release = releaseBefore(file.current());
  if (release === undefined) {
    throw new UserError(
      "No release from before the one that serves is kept.\n" +
        `The newest comes with: ${deployment.make("deploy")}`,
      2,
    );
  }
  await requireSameOrigin(outputs, release, access);
  await step(`Put the release of ${release.at} back`, () => bringIntoService(outputs, release, file, access));
  const door = await siteDoor(deployment, outputs);
  await step("Ask the site", () => smokeTest(door, `More about it: ${deployment.make("logs")}`));
  say(`\nThe newest comes back with: ${deployment.make("deploy")}`);
}

/** The origin is a variable of a version, but stands in the edge and the bucket's rules too, which a rollback leaves alone. */
async function requireSameOrigin(
  { functions, region, url }: ServerlessOutputs,
  { versions }: ReleaseRecord,
  access: Access,
): Promise<void> {
  const { Environment } = await lambdaClient(access, region).send(
    new GetFunctionConfigurationCommand({ FunctionName: functions.api, Qualifier: versions.api }),
  );
  const origin = Environment?.Variables?.["SITE_ORIGIN"];
  if (origin === undefined || origin === url) return;
  throw new UserError(
    `The release before served ${origin}, which a rollback cannot undo. Deploy the previous source instead.`,
    2,
  );
}
