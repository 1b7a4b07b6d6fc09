import type { RequirementName } from "../cli/requirements.ts";
import type { Access } from "./clouds/cloud.ts";
import type { Questioning } from "./confirm.ts";
import type { Deployment } from "./deployment.ts";
import type { PasskeyCounts } from "./site/left-passkeys.ts";
import type { Known } from "./record/known.ts";
import type { CommonOutputs, State } from "./terraform/state.ts";
import type { Terraform } from "./terraform/terraform.ts";

/** What `make` can do with a deployment beside planning, deploying and destroying it. */
export type Verb =
  | "backup"
  | "codes"
  | "integrity"
  | "logs"
  | "output"
  | "reset-factor"
  | "restore"
  | "rollback"
  | "rotate-secrets"
  | "ssh"
  | "status";

/**
 * A check: what is wrong, or undefined; one that has to look further throws a UserError instead. It gets the faults
 * found before it: what is refused anyway installs and starts nothing.
 */
export type Check = (
  before: readonly string[],
) => string | undefined | void | Promise<string | undefined | void>;

/** What commands do differently by stack. Terraform is the same for all. */
export interface Target<Build = unknown, Made extends CommonOutputs = CommonOutputs> {
  readonly tools: readonly RequirementName[];
  readonly toolsOfPlan: readonly RequirementName[];
  /** Of settings, record and state. */
  checks(deployment: Deployment, known: Known<Made>): readonly Check[];
  /** As `checks`, with tools that are there; before and after those of the cloud. */
  checksByTools(
    deployment: Deployment,
    known: Known<Made>,
  ): { readonly before: readonly Check[]; readonly after: readonly Check[] };
  /** What the account lacks, or a region; a sentence each. */
  accountFaults(deployment: Deployment, access: Access, known: Known<Made>): Promise<string[]>;
  /** Throws a UserError if this machine lacks what belongs to a state. */
  requireOwn(deployment: Deployment, state: State | undefined): void;
  /** Settings of the stack's program, beside those of the command line. `build`: that of a deploy. */
  settings(deployment: Deployment, access: Access, build?: Build): Promise<Readonly<Record<string, string>>>;
  /** Builds the applications; a build is addressed by its content. */
  build(logs: string): Promise<Build>;
  /** Throws a UserError if a plan may not be carried out. */
  requireAcceptable(deployment: Deployment, plan: string): void;
  /** Counts the passkeys of all accounts, by the site's name that they were made for. */
  passkeys(deployment: Deployment, outputs: Made, access: Access): Promise<PasskeyCounts>;
  /** Carries out a plan, and what can be done while it runs. */
  apply(deployment: Deployment, apply: () => Promise<void>): Promise<void>;
  /** Brings a build to what Terraform made, in steps of its own. */
  release(deployment: Deployment, outputs: Made, build: Build, access: Access): Promise<void>;
  /** Asks the site, and compares what was deployed with what is there. */
  smokeTest(deployment: Deployment, outputs: Made): Promise<void>;
  /** Says where the site is, and what to know before going there. */
  conclude(deployment: Deployment, outputs: Made): Promise<void>;
  /** Says what else matters for a plan. */
  conclusionOfPlan(deployment: Deployment): Promise<void>;
  /** What a deployment holds, for the question before it goes; undefined if it is not counted. */
  held(outputs: Made, access: Access): Promise<string | undefined>;
  /** Offers what may be saved before all of it goes. Returns lines that are shown when it is gone. */
  beforeDestroy(
    deployment: Deployment,
    outputs: Made,
    access: Access,
    questioning: Questioning,
  ): Promise<readonly string[]>;
  /** Terraform with a configuration with which all may be destroyed. */
  toDestroy(deployment: Deployment, access: Access): Promise<Terraform>;
  /** Ends the protection of what AWS would refuse to delete. */
  unprotect(terraform: Terraform): Promise<void>;
  /** Buckets that have to be empty before they can be removed. */
  buckets(outputs: Made): readonly string[];
  /** What its services still have of a deployment, a line each. */
  leftovers(name: string, region: string, access: Access): Promise<string[]>;
  /** A verb that the stack has not is the sentence that says why. */
  readonly verbs: Readonly<Record<Verb, ((deployment: Deployment) => Promise<void>) | string>>;
}
