import type { RequirementName } from "../cli/requirements.ts";
import type { Access } from "./clouds/cloud.ts";
import type { Deployment } from "./deployment.ts";
import type { Outputs } from "./terraform/state.ts";

/** What a deploy does differently by stack. Terraform is the same for all. */
export interface Target<Build> {
  readonly tools: readonly RequirementName[];
  /** Settings of the stack's program, beside those of the command line. */
  settings(deployment: Deployment): Promise<Readonly<Record<string, string>>>;
  /** As `settings`, for what only goes away: a value of each. */
  readonly settingsToDestroy: Readonly<Record<string, string>>;
  /** Builds the applications; a build is addressed by its content. */
  build(logs: string): Promise<Build>;
  /** Brings a build to what Terraform made, in steps of its own. */
  release(deployment: Deployment, outputs: Outputs, build: Build): Promise<void>;
  /** Asks the site, and compares what was deployed with what is there. */
  smokeTest(deployment: Deployment, outputs: Outputs): Promise<void>;
  /** What its services still have of a deployment, a line each. */
  leftovers(name: string, region: string, access: Access): Promise<string[]>;
}
