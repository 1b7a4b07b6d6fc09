// Plain JavaScript: it runs before anything is installed. Between make and the commands: it checks the settings and
// composes the environment, in which the program then finds the settings. Without a program it only checks.
//   command.mjs PID_OF_MAKE [PROGRAM ARG...]
import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { basename, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { composedEnvironment, misleading } from "../cli/environment.mjs";
import "../cli/require-node.mjs";
import { chosenCloud, unusedIn } from "./clouds/choice.mjs";
import { foreignSettings, isOnDeployment, settingsFor } from "./settings.mjs";
import { fileName, readSettingsFile, writtenFor } from "./settings-file.mjs";

const [pid = "", program, ...args] = process.argv.slice(2);
const shell = process.env;
const goals = (shell["TINTYPE_GOALS"] || "help").split(" ");
const { settings: given, faults } = settingsFor({
  commands: goals,
  makeflags: shell["MAKEFLAGS"] ?? "",
  shell,
  hostname: hostname(),
  typed: wordsOf(pid),
});
const command = program === undefined ? goals.find(isOnDeployment) : basename(program, ".ts");
const onDeployment = command !== undefined && isOnDeployment(command);
const file = onDeployment ? readSettingsFile(fileName) : { deployments: undefined, faults: [] };
faults.push(...file.faults);
const { written, note } = writtenFor(file.deployments, given);
const settings = { ...written, ...given };
if (onDeployment) faults.push(...foreignSettings(settings));
const cloud = chosenCloud(settings, onDeployment);
if (onDeployment)
  faults.push(...misleading(shell, cloud).map((fault) => `In the shell's environment ${fault}.`));
if (faults.length > 0) {
  process.stderr.write(`${faults.join("\n")}\n`);
  process.exit(2);
}

if (program !== undefined) {
  const unused = onDeployment ? unusedIn(shell, cloud, process.versions.node) : [];
  for (const line of unused) process.stderr.write(`${line}\n`);
  if (note !== undefined && ["deploy", "plan"].includes(command ?? "")) process.stderr.write(`${note}\n`);
  const composed = {
    ...composedEnvironment(shell, cloud),
    ...settings,
    ...(note !== undefined && { TINTYPE_WRITTEN: JSON.stringify(written) }), // for deployment.ts
  };
  for (const name of Object.keys(shell)) if (!(name in composed)) delete process.env[name];
  Object.assign(process.env, composed);
  const path = resolve(program);
  process.argv.splice(1, process.argv.length, path, ...args);
  await import("tsx"); // as `--import tsx` would
  await import(pathToFileURL(path).href);
}

/** The command line of a process, of which make itself keeps only the last of settings that are repeated. */
function wordsOf(pid) {
  try {
    return readFileSync(`/proc/${Number(pid)}/cmdline`, "utf8").split("\0");
  } catch {
    return []; // macOS has no such file
  }
}
