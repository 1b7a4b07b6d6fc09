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

// An unknown value is printed empty. `up` is the age of the first process: `uptime` in a container shows the machine's.
const common = `
  say() { printf '%s=%s\\n' "$1" "$2"; }
  percent() { df --output=pcent "$1" 2>/dev/null | tail -n 1 | tr -dc 0-9; }
  say now "$(date +%s)"
  say up "$(ps -o etimes= -p 1 | tr -d ' ')"
  say release "$(basename "$(readlink /opt/tintype/current)")"
  say root "$(percent /)"
  say failed "$(systemctl list-units --plain --no-legend --state=failed | awk '{ print $1 }' | paste -sd ' ')"
  if command -v apt-get >/dev/null; then
    say updates "$(timeout 5 apt-get --simulate -o Debug::NoLocking=true upgrade 2>/dev/null | grep -ci '^inst.*security')"
  else
    say updates "$(timeout 5 sudo yum --quiet --cacheonly --security check-update 2>/dev/null | grep -c '\\.x86_64\\|\\.noarch')"
  fi`;

/** What to ask a host, in its shell; it answers with lines of NAME=VALUE. */
export const questions: Readonly<Record<HostName, string>> = {
  frontend: `${common}
  say service "$(systemctl is-active nginx)"
  certificate=$(sudo openssl x509 -enddate -noout -in /etc/tintype/tls/site.crt 2>/dev/null | cut -d = -f 2)
  [ -z "$certificate" ] || say certificate "$(date -d "$certificate" +%s)"`,
  backend: `${common}
  say service "$(systemctl is-active tintype-backend)"
  say database "$(systemctl is-active mariadb mysqld | grep -m1 ^active || echo inactive)"
  say data "$(percent /data)"
  say backup "$(sudo sed -n 's/.*"at" *: *"\\([^"]*\\)".*/\\1/p' /data/backup/last.json 2>/dev/null)"`,
};

/** What the answers of a host say to a person. */
export function factsOf(host: HostName, printed: string): Facts {
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
