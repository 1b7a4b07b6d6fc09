// Plain JavaScript: it runs before anything is installed.
import { lstatSync, readFileSync } from "node:fs";
import { defaultCloud } from "./clouds/choice.mjs";
import { commandsWith, defaultName, defaultStack, suggestion, writable } from "./settings.mjs";

export const fileName = "tintype.json";
const form = '{ "deployments": { "dev": { "REGION": "eu-central-1" } } }';
/** As `deploymentName` in `infra/src/settings.ts`, which needs packages. */
const isName = (name) => /^[a-z][a-z0-9-]{0,19}$/.test(name);
const rules = "It has to be JSON: double quotes, no comments, no comma after the last value.";

/**
 * Reads the settings that are written down, by the name of the deployment; undefined if there is no file.
 * @param {string} path
 * @returns {{deployments: Map<string, Record<string, string>> | undefined, faults: string[]}}
 */
export function readSettingsFile(path) {
  let text;
  try {
    text = readFileSync(path, "utf8").replace(/^\uFEFF/, "");
  } catch (error) {
    const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
    const isAbsent = code === "ENOENT" && lstatSync(path, { throwIfNoEntry: false }) === undefined;
    return { deployments: undefined, faults: isAbsent ? [] : [`${fileName}: ${message}.`] };
  }
  let file;
  try {
    file = JSON.parse(text);
  } catch (error) {
    const [reason] = /** @type {Error} */ (error).message.split(/(?: in JSON)? at position|, (?:\.{3})?"/);
    return { deployments: undefined, faults: [`${fileName}, line ${brokenLine(text)}: ${reason}. ${rules}`] };
  }
  return { deployments: deploymentsIn(file), faults: [...repeatedKeys(text), ...faultsOf(file)] };
}

/**
 * What the file says about the deployment that a command line names. An entry belongs to one cloud and one stack: for
 * another, only these two are returned, of which the command line has overruled one.
 * @param {Map<string, Record<string, string>> | undefined} deployments
 * @param {Record<string, string>} settings of the command line
 * @returns {{written: Record<string, string>, note: string | undefined}} the note says where the settings come from
 */
export function writtenFor(deployments, settings) {
  if (deployments === undefined) return { written: {}, note: undefined };
  const name = settings["NAME"] ?? defaultName;
  const entry = deployments.get(name);
  if (entry === undefined) return { written: {}, note: `${fileName} has no deployment ${name}.` };
  const { CLOUD: cloud = defaultCloud, STACK: stack = defaultStack } = entry;
  const of = { CLOUD: cloud, ...((entry["STACK"] ?? settings["STACK"]) && { STACK: stack }) };
  const others = Object.entries(of).filter(([key, value]) => (settings[key] ?? value) !== value);
  if (others.length > 0) {
    const words = others.map(([key, value]) => `${key}=${value}`);
    return { written: of, note: `${fileName} is not used: it has ${name} with ${words.join(" ")}.` };
  }
  const words = Object.entries(entry).map(([key, value]) => {
    const instead = settings[key];
    const overruled = instead !== undefined && instead !== value;
    return `${key}=${value}${overruled ? ` (overruled: ${key}=${instead})` : ""}`;
  });
  return { written: entry, note: `From ${fileName}: ${words.join(" ") || "nothing"}` };
}

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

function deploymentsIn(file) {
  const entries = Object.entries(file?.deployments ?? {});
  return new Map(
    entries.map(([name, entry]) => {
      const values = Object.entries(entry ?? {}).map(([key, value]) => [
        key,
        typeof value === "object" ? "" : String(value),
      ]);
      return [name, Object.fromEntries(values)];
    }),
  );
}

function faultsOf(file) {
  if (!isObject(file) || !isObject(file.deployments)) return [`${fileName}: its form is ${form}.`];
  const further = Object.keys(file).filter((key) => key !== "deployments");
  return [
    ...further.map((key) => `${fileName}: there is no key "${key}". Its form is ${form}.`),
    ...Object.entries(file.deployments).flatMap(([name, entry]) => {
      const where = `${fileName}, deployments.${name}`;
      if (!isName(name)) return [`${where}: a name has 1 to 20 lower-case letters, digits and hyphens.`];
      if (!isObject(entry)) return [`${where}: use an object of settings, as in ${form}.`];
      return Object.entries(entry).flatMap(([key, value]) => {
        const fault = faultOf(key, value);
        return fault === undefined ? [] : [`${where}.${key}: ${fault}`];
      });
    }),
  ];
}

function faultOf(key, value) {
  if (key === "NAME") return "leave it out, the name is the key of these settings.";
  if (!writable.includes(key)) {
    const commands = commandsWith(key);
    if (commands.length === 0) return `there is no such setting.${suggestion(key)} \`make\` lists them.`;
    return `this is for one command (make ${commands.join(", ")}). Leave it out, and give it on the command line.`;
  }
  if (value === "") return "it is empty: leave it out, or say what it is.";
  if (typeof value !== "string" && !Number.isSafeInteger(value)) return "use a string or a whole number.";
  return undefined;
}

/** JSON.parse takes the last of them. */
function repeatedKeys(text) {
  const open = [];
  const faults = [];
  for (const { 0: token, 1: key, index } of text.matchAll(
    /("(?:[^"\\]|\\.)*")\s*:|"(?:[^"\\]|\\.)*"|[{}]/g,
  )) {
    if (token === "{") open.push(new Set());
    else if (token === "}") open.pop();
    else if (key !== undefined) {
      const name = JSON.parse(key);
      const line = text.slice(0, index).split("\n").length;
      if (open.at(-1).has(name))
        faults.push(`${fileName}, line ${line}: "${name}" is there twice. Keep one.`);
      open.at(-1).add(name);
    }
  }
  return faults;
}

/** The first line with which the text cannot be continued: not every version of Node says at which position it broke. */
function brokenLine(text) {
  const lines = text.trimEnd().split("\n");
  const isBroken = (_line, at) => {
    const start = `${lines.slice(0, at + 1).join("\n")}\n`;
    try {
      JSON.parse(start);
      return false;
    } catch ({ message }) {
      const position = Number(/position (\d+)/.exec(message)?.[1] ?? -1);
      return !message.includes("end of JSON input") && position < start.length;
    }
  };
  return lines.findIndex(isBroken) + 1 || lines.length;
}
