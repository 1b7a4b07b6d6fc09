// Plain JavaScript: it runs before anything is installed.

import { defaultCloud } from "./clouds/choice.mjs";

/** The stack of a deployment for which none is given. */
export const defaultStack = "ec2";

/** What every command on a deployment needs to find it, and what deploy and plan make of it. */
const place = ["CLOUD", "STACK", "NAME", "REGION", "STATE_BUCKET", "LOCAL_PORT"];
const shape = [
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
];
const deployment = [...place, ...shape];

/** Which images the services are made of. */
const images = ["NODE_IMAGE", "REDIS_IMAGE", "DATABASE_IMAGE", "PROXY_IMAGE"];

/** Settings that one stack alone has. */
const ofStack = {
  ec2: [
    "OS",
    "INSTANCE_TYPE",
    "OPERATOR_CIDR",
    "NOTESTAMP",
    "ACCESS_TOKENS",
    "REPLACE",
    "HOST",
    "TO",
    "FROM",
  ],
  serverless: ["RESERVE", "LOSE"],
};

/**
 * What is wrong with settings that another stack has, a sentence each.
 * @param {Record<string, string>} settings
 * @returns {string[]}
 */
export function foreignSettings({ STACK: stack = defaultStack, ...settings }) {
  return Object.entries(ofStack).flatMap(([other, names]) =>
    other === stack || !Object.hasOwn(ofStack, stack)
      ? []
      : names
          .filter((name) => settings[name] !== undefined)
          .map((name) => `${name} is a setting of STACK=${other}: leave it out.`),
  );
}

/** What tintype.json may say about a deployment, whose name is the key there. */
export const writable = deployment.filter((name) => name !== "NAME");

/**
 * Which settings each command of the Makefile reads.
 * @type {Record<string, readonly string[]>}
 */
export const settingsOf = {
  deploy: [...deployment, "REPLACE", "LOSE", "YES"],
  destroy: [...deployment, "YES", "TO"],
  plan: [...deployment, "REPLACE"],
  rollback: deployment,
  backup: [...deployment, "TO"],
  restore: [...deployment, "FROM", "YES"],
  output: deployment,
  status: deployment,
  logs: [...deployment, "HOST", "FOLLOW"],
  codes: [...deployment, "FOR"],
  integrity: [...deployment, "REPAIR"],
  "reset-factor": [...deployment, "ACCOUNT"],
  "rotate-secrets": deployment,
  "state-bucket": deployment,
  ssh: [...deployment, "HOST"],
  services: ["NAME", "LOCAL_PORT", "LISTEN", "REVOCATIONS", ...images],
  "services-down": ["NAME"],
  dev: ["PORT"],
  check: [],
  test: [],
  "test-all": [],
  "test-services": [],
  bench: ["MODE"],
  format: [],
  help: [],
};

/** Whether a command works on a deployment, and so in a cloud. */
export const isOnDeployment = (/** @type {string} */ command) =>
  settingsOf[command]?.includes("CLOUD") ?? false;

/**
 * What each setting means and what applies without it, for `make help`.
 * @type {Record<string, {meaning: string, without?: string}>}
 */
const described = {
  CLOUD: { without: defaultCloud, meaning: "or local: a rehearsal on this machine" },
  STACK: { without: defaultStack, meaning: "or serverless: CloudFront, Lambda, DynamoDB, Cognito" },
  NAME: { without: "dev", meaning: "which deployment: several names exist side by side" },
  REGION: { without: "us-east-1", meaning: "where it is created; it stays there" },
  STATE_BUCKET: { meaning: "bucket of Terraform's state; without it a file on this machine" },
  LOCAL_PORT: { without: "8080", meaning: "port of what runs on this machine; the last one is kept" },
  DOMAIN: { meaning: "the site's name, for HTTPS; none removes it" },
  OS: { without: "al2", meaning: "or al2023; for hosts created from now on" },
  INSTANCE_TYPE: { without: "t3.micro", meaning: "of both hosts, x86-64" },
  OPERATOR_CIDR: { meaning: "IPv4 range for SSH and metrics; without it your address alone" },
  MAIL_FROM: {
    meaning: "sender by SES; without it make codes, or Cognito",
  },
  SMS_MONTHLY_USD: { meaning: "the most that text messages may cost; without it none" },
  SMS_COUNTRIES: { meaning: "to which numbers: +49,-49900 (- excludes); with SMS_MONTHLY_USD" },
  CONFIRMATION: { without: "optional", meaning: "or required: confirm an address before signing in" },
  NOTESTAMP: { without: "off", meaning: "or on, or the origin of its pages: serve that client too" },
  PROVIDERS: { meaning: "sign-in by others: id,issuer,client-id; on ec2 with DOMAIN" },
  ACCESS_TOKENS: { without: "hs256", meaning: "or es256: others can verify access tokens" },
  RESERVE: { without: "yes", meaning: "or no: no concurrency of Lambda, if the quota is small" },
  LOSE: { meaning: "data that may be deleted, as a refusal names it" },
  REPLACE: { meaning: "frontend or backend: replace this host, keep the data" },
  YES: { meaning: "1 confirms, without a question" },
  TO: { meaning: "back up everything, images too, into this file" },
  FROM: { meaning: "latest, the name of a backup, or a file" },
  HOST: { without: "backend", meaning: "or frontend" },
  FOLLOW: { meaning: "1 shows new lines until Ctrl-C" },
  FOR: { meaning: "codes for this address or phone number alone" },
  ACCOUNT: { meaning: "the address of the account" },
  REPAIR: { meaning: "1 repairs what is found" },
  LISTEN: { without: "127.0.0.1", meaning: "address of this machine: 0.0.0.0 opens them to others" },
  REVOCATIONS: { without: "required", meaning: "or best-effort: go on while Redis is away" },
  NODE_IMAGE: { without: "node:22-slim", meaning: "image of the services" },
  REDIS_IMAGE: { without: "valkey/valkey:8-alpine", meaning: "any that speaks Redis 6.2" },
  DATABASE_IMAGE: { without: "mariadb:11", meaning: "or mysql:8.4" },
  PROXY_IMAGE: { without: "nginx:1.28-alpine", meaning: "nginx" },
  PORT: { without: "5173", meaning: "port of the page" },
  MODE: { meaning: "quick: only check that it runs" },
};

const known = [...new Set(Object.values(settingsOf).flat())];

/** The settings as `make help` lists them: name, default, meaning; of those of single commands also which. */
export function helpOfSettings() {
  const line = (/** @type {string} */ name, of = "") => {
    const { without = "", meaning } = described[name] ?? { meaning: "" };
    return `  ${`${name}=`.padEnd(16)} ${without.padEnd(13)} ${of}${meaning}`;
  };
  const others = known.filter((name) => !deployment.includes(name));
  return [
    "\nSettings of a deployment, with defaults (make deploy NAME=blue, or in tintype.json)",
    ...place.map((name) => line(name)),
    "\nApplied by deploy and plan: one that is left out returns to its default",
    ...shape.map((name) => line(name)),
    "\nSettings of single commands",
    ...others.map((name) => line(name, `${commandsWith(name).join(", ")}: `)),
  ].join("\n");
}

/** The name of a deployment for which none is given. */
export const defaultName = /** @type {string} */ (described["NAME"]?.without);

/** The commands that read a setting; none if there is no such setting. */
export const commandsWith = (/** @type {string} */ name) =>
  Object.keys(settingsOf).filter((command) => settingsOf[command]?.includes(name));

/** Make's own variables, which people set too. */
const makes = /^(SHELL|MAKE|\..+)$/;

/**
 * Reads what stands on make's command line, as make writes it into MAKEFLAGS for the programs that it runs: blanks,
 * backslashes and `$` are escaped, and before the settings stands `--`, in 3.81 only after flags.
 * @param {string} makeflags
 * @returns {[name: string, value: string][]}
 */
export function commandLine(makeflags) {
  const words = makeflags.replaceAll("$$", "$").match(/(\\[^]|[^\\ \t])+/g) ?? [];
  const plain = words.map((word) => word.replace(/\\([^])/g, "$1"));
  const end = plain.indexOf("--");
  const settings = plain.slice(end + 1).filter((word) => end >= 0 || /^[^-][^=]*=/.test(word));
  return settings.map((word) => {
    const [, name = word, value = ""] = /^([^=]*?)[:?+!]*=([^]*)$/.exec(word) ?? [];
    return [name, value];
  });
}

/**
 * The settings of the commands that make was asked for, or what is wrong with them.
 * @param {object} asked
 * @param {readonly string[]} asked.commands
 * @param {string} asked.makeflags
 * @param {NodeJS.ProcessEnv} asked.shell
 * @param {string} asked.hostname of this machine
 * @param {readonly string[]} [asked.typed] the words of make's command line, if they can be seen
 * @returns {{settings: Record<string, string>, faults: string[]}}
 */
export function settingsFor({ commands, makeflags, shell, hostname, typed = [] }) {
  const given = commandLine(makeflags).filter(([name]) => !makes.test(name));
  const read = new Set(commands.flatMap((command) => settingsOf[command] ?? []));
  const faults = given.flatMap(([name, value]) => {
    const times = typed.filter((word) => word.replace(/[:?+!]*=[^]*$/, "") === name && word.includes("="));
    if (!known.includes(name)) return [`There is no setting ${name}.${suggestion(name)}`];
    if (!read.has(name)) return [`make ${commands.join(" ")} does not read ${name}.`];
    if (value === "") return [`${name} is empty: leave it out, or say what it is.`];
    if (times.length > 1) return [`${name} is given ${times.length} times.`];
    return [];
  });
  for (const name of read) {
    const value = shell[name];
    if (!value || given.some(([other]) => other === name)) continue;
    if (isOf(hostname, value)) continue; // WSL's NAME and tcsh's HOST: cannot have been meant
    faults.push(
      `Set in the shell's environment, where it is ignored: ${name}=${value}. Unset it, or give it on the command line.`,
    );
  }
  if (faults.length > 0) {
    const its = read.size > 0 ? `reads ${[...read].join(" ")}` : "reads no settings";
    faults.push(`make ${commands.join(" ")} ${its}.`);
  }
  return { settings: Object.fromEntries(given), faults };
}

function isOf(hostname, value) {
  const short = (name) => name.toLowerCase().split(".")[0];
  return short(hostname) === short(value);
}

/**
 * A sentence that names the setting that was probably meant; empty if none is near.
 * @param {string} name
 */
export function suggestion(name) {
  const plain = name.toUpperCase().replaceAll("-", "_");
  const distances = known.map((each) => [distance(plain, each), each]);
  const [[least, nearest]] = distances.sort(([a], [b]) => a - b);
  return least <= Math.max(2, nearest.length / 3) ? ` Did you mean ${nearest}?` : "";
}

/** Levenshtein's: how many letters differ. */
function distance(from, to) {
  let row = [...Array(to.length + 1).keys()];
  for (const [i, letter] of [...from].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...to].entries()) {
      next.push(Math.min(row[j] + (letter === other ? 0 : 1), row[j + 1] + 1, next[j] + 1));
    }
    row = next;
  }
  return row[to.length];
}
