import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../cli/user-error.ts";
import { stateRoot } from "../cli/paths.ts";
import { type OperatingSystem, parseSettings, personsSettings, type StackName } from "../src/settings.ts";
import type { Cloud } from "./clouds/cloud.ts";
import { defaultCloud } from "./clouds/choice.mjs";
import { cloudNames, clouds } from "./clouds/clouds.ts";
import { keptPort } from "./clouds/local-port.ts";
import { folderName } from "./deployment-folder.ts";
import { defaultStack } from "./settings.mjs";

// The stack's own settings are checked too, before anything is begun.
const settings = personsSettings
  .extend({
    CLOUD: z.enum(cloudNames, "use aws or local").default(defaultCloud),
    STACK: z.enum(["ec2", "serverless"], "use ec2 or serverless").default(defaultStack),
    LOCAL_PORT: z.coerce.number("use a port number").int().min(1).max(65_535).optional(),
    REPLACE: z.enum(["frontend", "backend"], "use frontend or backend").optional(),
  })
  .refine((given) => (given.SMS_MONTHLY_USD === undefined) === (given.SMS_COUNTRIES === undefined), {
    path: ["SMS_COUNTRIES"],
    error: "goes together with SMS_MONTHLY_USD",
  });

type Given = z.infer<typeof settings>;

/** What belongs to every command on a deployment, and what to those that make it. */
const ofAll = ["CLOUD", "STACK", "NAME", "REGION", "STATE_BUCKET"] as const;
const ofDeploys = [
  "DOMAIN",
  "OS",
  "INSTANCE_TYPE",
  "OPERATOR_CIDR",
  "MAIL_FROM",
  "SMS_MONTHLY_USD",
  "SMS_COUNTRIES",
  "CONFIRMATION",
  "NOTESTAMP",
  "PROVIDERS",
  "ACCESS_TOKENS",
  "RESERVE",
] as const;

/** One named copy of a stack in one cloud, and where this machine keeps what belongs to it. */
export interface Deployment {
  readonly cloud: Cloud;
  readonly stack: StackName;
  readonly name: string;
  readonly region: string;
  /** Port on this machine under which the local cloud shows the site. */
  readonly localPort: number;
  /** Sender of mail by SES. Undefined: codes go to the journal (ec2), or Cognito mails them (serverless). */
  readonly mailFrom: string | undefined;
  /** The most that text messages may cost in a month, in US dollars, and to which numbers they go. Undefined: none are sent. */
  readonly smsMonthlyUsd: string | undefined;
  readonly smsCountries: string | undefined;
  /** Whether an account has to confirm its address before it can sign in. */
  readonly confirmation: "optional" | "required";
  /** The facade for the notestamp client: on, off, or on for pages of that origin too. */
  readonly notestamp: string;
  /** Sign-in providers, as the API reads them. Undefined: none. */
  readonly providers: string | undefined;
  /** What signs access tokens: a secret, or a key pair whose public key others may have. */
  readonly accessTokens: "hs256" | "es256";
  /** The site's name as this command sets it: `none` removes it; undefined if it is not set. */
  readonly domain: string | undefined;
  /** The host that a deploy replaces. */
  readonly replace: "frontend" | "backend" | undefined;
  /** The IPv4 range that may use SSH and metrics; undefined: the cloud's default. */
  readonly operatorCidr: string | undefined;
  /** Bucket of Terraform's state; undefined if that is a file in `terraformFolder`. */
  readonly stateBucket: string | undefined;
  /** Whether functions reserve a part of the account's concurrency. */
  readonly reservedConcurrency: "yes" | "no";
  /** Resources that a deploy may delete with their data, as Terraform names them. */
  readonly lose: readonly string[];
  /** Of hosts that are made from now on. */
  readonly os: OperatingSystem;
  readonly folder: string;
  readonly logs: string;
  /** Terraform's working folder: its configuration, and its state unless a bucket has it. */
  readonly terraformFolder: string;
  readonly privateKey: string;
  readonly knownHosts: string;
  readonly inventory: string;
  /** What to type to run a command on this deployment, with its settings but for those that are to change. */
  readonly make: (target: string, changed?: Partial<Given>) => string;
}

/** Throws a UserError that names every setting that is wrong. Makes nothing: the folders come with the first command that writes (`withLock`). */
export function currentDeployment(env: NodeJS.ProcessEnv = process.env): Deployment {
  const written = writtenIn(env);
  const given = checked(env);
  const { CLOUD, STACK: stack, NAME: name, REGION: region, DOMAIN: domain } = given;
  const folder = join(stateRoot, folderName(given));
  return {
    cloud: clouds[CLOUD][stack],
    stack,
    name,
    region,
    localPort: given.LOCAL_PORT ?? keptPort(folder) ?? 8080,
    mailFrom: given.MAIL_FROM,
    smsMonthlyUsd: given.SMS_MONTHLY_USD,
    smsCountries: given.SMS_COUNTRIES,
    confirmation: given.CONFIRMATION,
    notestamp: given.NOTESTAMP,
    providers: given.PROVIDERS,
    accessTokens: given.ACCESS_TOKENS,
    domain,
    replace: given.REPLACE,
    operatorCidr: given.OPERATOR_CIDR,
    stateBucket: given.STATE_BUCKET,
    reservedConcurrency: given.RESERVE,
    lose: given.LOSE?.split(",") ?? [],
    os: given.OS,
    folder,
    logs: join(folder, "log"),
    terraformFolder: join(folder, "stack/stacks", stack),
    privateKey: join(folder, "operator-key"),
    knownHosts: join(folder, "known-hosts"),
    inventory: join(folder, "inventory.json"),
    make: (target, changed) => typed(target, { ...given, ...changed }, written),
  };
}

/** The command with what the file of settings does not say already: without it, it would be about another deployment, or change this one. */
function typed(target: string, given: Given, written: Given): string {
  // A port in the file wins over the one that this machine keeps, so another one has to be repeated.
  const ofPort = written.LOCAL_PORT === undefined ? [] : (["LOCAL_PORT"] as const);
  const names = ["deploy", "plan"].includes(target) ? [...ofAll, ...ofPort, ...ofDeploys] : ofAll;
  const said = names.filter((name) => given[name] !== written[name]).map((name) => `${name}=${given[name]}`);
  return ["make", target, ...said].join(" ");
}

/** What would apply if the command line named the deployment alone. `command.mjs` has read the file. */
function writtenIn(env: NodeJS.ProcessEnv): Given {
  const written = JSON.parse(env["TINTYPE_WRITTEN"] ?? "{}") as NodeJS.ProcessEnv;
  return checked(written, "In tintype.json, whose settings of this deployment are used:\n");
}

function checked(env: NodeJS.ProcessEnv, where = ""): Given {
  try {
    return parseSettings(settings, env);
  } catch (error) {
    throw new UserError(`${where}${(error as Error).message}`, 2);
  }
}
