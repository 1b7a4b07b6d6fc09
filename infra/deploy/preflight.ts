import { requireCheckout } from "../cli/checkout.ts";
import { type RequirementName, requireSpace, requireTools } from "../cli/requirements.ts";
import { throwIfInterrupted } from "../cli/signals.ts";
import { UserError } from "../cli/user-error.ts";
import type { Access } from "./clouds/cloud.ts";
import type { Deployment } from "./deployment.ts";
import { accountFault, regionFault } from "./record/checks.ts";
import { type Known, readKnown } from "./record/known.ts";
import { readRecord } from "./deployment-record.ts";
import { requireSameState } from "./terraform/same-state.ts";
import type { Check, Target } from "./target.ts";
import { requireStateBucket } from "./terraform/state-bucket.ts";

/** Reads what this machine and the state know of a deployment, once; throws all that prevents a plan of it. */
export async function preflightOfPlan(
  deployment: Deployment,
  target: Pick<Target, "checks">,
  tools: readonly RequirementName[],
): Promise<Known> {
  const { known, faults } = await knownOrFault(deployment);
  const checks = [() => regionFault(deployment, known), ...target.checks(deployment, known)];
  await throwAll(faults, [() => requireCheckout(), ...checks, toolsFor(tools)]);
  return known;
}

/** As `preflightOfPlan`, with what only a deploy needs of this machine. */
export async function preflightOfDeploy(deployment: Deployment, target: Target): Promise<Known> {
  const { cloud, domain, name, folder, localPort, make } = deployment;
  const { known, faults } = await knownOrFault(deployment);
  await throwAll(faults, [
    () => requireCheckout(),
    () => regionFault(deployment, known),
    ...target.checks(deployment, known),
    () => requireSpace(folder, cloud.diskBytes),
    toolsFor(["terraform", ...target.tools, ...cloud.requirements(domain)]),
  ]);
  // These run the tools that the checks above found.
  const plan = { name, localPort, deploy: make("deploy") };
  const byTools = target.checksByTools(deployment, known);
  await throwAll(
    [],
    [
      ...byTools.before,
      async (before) =>
        before.length > 0 ? undefined : (await cloud.faultsOfMachine(plan)).join("\n\n") || undefined,
      ...byTools.after,
    ],
  );
  return known;
}

/** What the account has to say, once it was signed in to. */
export async function preflightOfAccount(
  deployment: Deployment,
  target: Target,
  known: Known,
  access: Access,
): Promise<void> {
  await throwAll(
    [],
    [
      () => accountFault(deployment, known.record, access),
      async (before) =>
        before.length > 0
          ? undefined
          : (await target.accountFaults(deployment, access, known)).join("\n\n") || undefined,
    ],
  );
  await requireStateBucket(deployment, access); // in the right account
}

const toolsFor =
  (tools: readonly RequirementName[]): Check =>
  (before) =>
    requireTools(tools, { install: before.length === 0 });

/**
 * A state that cannot be read is one fault among others. In a region that the record refuses it is not looked for: it
 * is not there, and the region's name may be none.
 */
async function knownOrFault(deployment: Deployment): Promise<{ known: Known; faults: string[] }> {
  const known = { record: readRecord(deployment), state: undefined, outputs: undefined };
  try {
    requireSameState(deployment);
    if (regionFault(deployment, known) !== undefined) return { known, faults: [] };
    return { known: await readKnown(deployment), faults: [] };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { known, faults: [error.message] };
  }
}

async function throwAll(before: readonly string[], checks: readonly Check[]): Promise<void> {
  const faults = [...before];
  for (const check of checks) {
    throwIfInterrupted();
    try {
      const fault = await check(faults);
      if (typeof fault === "string") faults.push(fault);
    } catch (error) {
      throwIfInterrupted();
      if (error instanceof UserError) faults.push(error.message);
      else if (faults.length === 0) throw error;
      else break; // it may follow from what was found before
    }
  }
  if (faults.length > 0) throw new UserError(faults.join("\n\n"), 2);
}
