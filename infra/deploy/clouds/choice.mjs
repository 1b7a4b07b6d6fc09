// Plain JavaScript: it runs before anything is installed.
import { unusedProfile, unusedProxy } from "../../cli/environment.mjs";

/** @type {"aws" | "local"} */
export const defaultCloud = "aws";

/**
 * The cloud of a command; `local` for one that works on no deployment, as it needs nothing of AWS.
 * @param {Record<string, string>} settings
 * @param {boolean} onDeployment
 * @returns {"aws" | "local"}
 */
export function chosenCloud(settings, onDeployment) {
  return onDeployment && settings["CLOUD"] !== "local" ? "aws" : "local";
}

/**
 * What in the shell's environment is not used by a command on a deployment, a sentence each.
 * @param {NodeJS.ProcessEnv} shell
 * @param {"aws" | "local"} cloud
 * @param {string} version of Node
 * @returns {string[]}
 */
export function unusedIn(shell, cloud, version) {
  const found = [unusedProxy(shell, version), cloud === "aws" ? unusedProfile(shell) : undefined];
  return found.filter((line) => line !== undefined);
}
