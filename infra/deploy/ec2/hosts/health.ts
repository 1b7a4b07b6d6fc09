import { duration } from "../../../cli/duration.ts";
import type { HostName } from "./ssh.ts";

/** A fact about a host, and whether it is as it should be. */
export interface Fact {
  readonly text: string;
  readonly well: boolean;
}

/** By the name of the line in which they stand. */
export type Facts = Readonly<Record<string, Fact>>;

const fullPercent = 90;
const certificateDays = 14;
const backupHours = 48;
/** An answer takes seconds; an authenticator app's code is good for a minute or so. */
const clockSeconds = 60;

/** What the answers of a host say to a person. */
export function factsOf(host: HostName, printed: string, here = Date.now() / 1000): Facts {
  const answers = Object.fromEntries(printed.split("\n").map((line) => line.split(/=(.*)/s).slice(0, 2)));
  const now = Number(answers["now"]) || 0;
  const well = (text: string): Fact => ({ text, well: true });
  const active = (state: string | undefined): Fact => ({
    text: state || "unknown",
    well: state === "active",
  });
  const facts: Record<string, Fact> = {
    release: { text: answers["release"] || "none", well: Boolean(answers["release"]) },
    up: well(duration(Number(answers["up"]))),
    clock: clock(now - here),
    [host === "frontend" ? "nginx" : "API"]: active(answers["service"]),
  };
  if (host === "backend") facts["database"] = active(answers["database"]);
  facts["disk"] = full(answers["root"]);
  if (host === "backend") {
    facts["data volume"] = full(answers["data"]);
    facts["last backup"] = backup(answers["backup"], now);
  }
  if (host === "frontend") facts["certificate"] = certificate(answers["certificate"], now);
  facts["security updates"] = well(answers["updates"] ? `${answers["updates"]} wait` : "unknown");
  facts["failed units"] = { text: answers["failed"] || "none", well: !answers["failed"] };
  return facts;
}

/** Compared with this machine's: with a wrong one right codes of authenticator apps are refused. */
function clock(ahead: number): Fact {
  const seconds = Math.abs(ahead);
  if (seconds < clockSeconds) return { text: "right", well: true };
  return { text: `${duration(seconds)} ${ahead > 0 ? "ahead" : "behind"}`, well: false };
}

function full(percent: string | undefined): Fact {
  if (!percent) return { text: "unknown", well: false };
  return { text: `${percent} % full`, well: Number(percent) < fullPercent };
}

function certificate(endsAt: string | undefined, now: number): Fact {
  if (!endsAt) return { text: "none: plain HTTP", well: true };
  const days = Math.floor((Number(endsAt) - now) / 86_400);
  return { text: days < 0 ? "has expired" : `${days} days left`, well: days >= certificateDays };
}

/** That there is none yet is no fault: the nightly one may be still to come. */
function backup(at: string | undefined, now: number): Fact {
  const takenAt = Date.parse(at ?? "") / 1000;
  if (!Number.isFinite(takenAt)) return { text: "none yet", well: true };
  const seconds = Math.max(0, now - takenAt);
  return { text: `${duration(seconds)} ago`, well: seconds < backupHours * 3600 };
}
