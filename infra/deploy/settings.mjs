// Plain JavaScript: it runs before anything is installed.

/** What describes a deployment: the same for every command on it. */
const deployment = [
  ...["CLOUD", "NAME", "REGION", "OS", "INSTANCE_TYPE", "OPERATOR_CIDR", "LOCAL_PORT", "MAIL_FROM"],
  ...["CONFIRMATION", "DOMAIN", "STATE_BUCKET"],
];

/**
 * Which settings each command of the Makefile reads.
 * @type {Record<string, readonly string[]>}
 */
export const settingsOf = {
  deploy: [...deployment, "REPLACE"],
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
  "rotate-secrets": deployment,
  "state-bucket": deployment,
  ssh: [...deployment, "HOST"],
  dev: ["PORT"],
  check: [],
  test: [],
  bench: ["MODE"],
  format: [],
  help: [],
};

/** Whether a command works on a deployment, and so in a cloud. */
export const isOnDeployment = (/** @type {string} */ command) =>
  settingsOf[command]?.includes("CLOUD") ?? false;

const known = [...new Set(Object.values(settingsOf).flat())];
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

function suggestion(name) {
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
