import { quoted } from "../../../cli/quoted.ts";
import type { HostName } from "./ssh.ts";

// All that these programs know of the inside of a host, as the roles in ansible/ lay it out: paths, units, journals.
// Each is a command for the host's shell, as the operator's user.

/** Jobs of the backend host: the systemd unit, and the member of the JSON line that it prints as its report. */
export const jobs = {
  backup: { unit: "tintype-backup.service", report: "backup" },
  restore: (name: string) => ({ unit: `tintype-restore@${name}.service`, report: "restore" }),
  integrity: (task: "check" | "repair") => ({
    unit: `tintype-integrity@${task}.service`,
    report: "integrity",
  }),
  resetFactor: (id: string) => ({ unit: `tintype-reset-factor@${id}.service`, report: "reset-factor" }),
} as const;

/** Writes an account's address where the unit that resets its factors reads it; removes it. */
const accountFile = (id: string) => `/run/tintype-reset-factor/${id}`;
export const handOverCommand = (id: string, account: string) =>
  `printf %s ${quoted(account)} | sudo install -D -m 0600 -o tintype /dev/stdin ${accountFile(id)}`;
export const takeBackCommand = (id: string) => `sudo rm -f ${accountFile(id)}`;

export const rotationUnit = "tintype-rotate.service";

/** Starts a unit and waits for its end. Prints its lines of the journal; exits as `systemctl start`. */
export const runUnitCommand = (unit: string) =>
  `since=$(date +%s); sudo systemctl start ${unit}; code=$?; ` +
  "sudo journalctl --sync 2>/dev/null || sleep 1; " + // the last lines of the job may not be in the journal yet
  `sudo journalctl --unit ${unit} --since @$since --no-pager --output cat; exit $code`;

/** Prints the state of the first boot: `running`, `done`, or `failed` with the place. */
export const firstBootCommand = "cat /var/lib/tintype/first-boot";
export const firstBootLogCommand = "sudo tail -n 20 /var/log/cloud-init-output.log";

/** The host's releases, by ansible/roles/base/files/releases.sh. */
export const releasesCommand = (verb: "show" | "rollback", deploy?: string) =>
  `sudo /opt/tintype/bin/releases ${verb}${deploy === undefined ? "" : ` '${deploy}'`}`;

/** Prints how many different origins the current and the previous release of the API have. */
export const originCountCommand =
  "cd /opt/tintype && sudo grep -hs ^SITE_ORIGIN= current/backend.env previous/backend.env | sort -u | wc -l";

/** Prints the numbers of accounts and images. */
export const rowCountsCommand =
  "sudo mysql --batch --skip-column-names " +
  "--execute='SELECT (SELECT COUNT(*) FROM accounts), (SELECT COUNT(*) FROM images)' tintype";

/** Prints the numbers of passkeys, a line for each name of the site that they were made for. */
export const passkeyCountsCommand =
  "sudo mysql --batch --skip-column-names " +
  "--execute='SELECT rp_id, COUNT(*) FROM passkeys GROUP BY rp_id' tintype";

/** Prints the lines of the journal that hold messages; older codes have expired. */
export const mailedCodesCommand =
  "sudo journalctl --unit 'tintype-*' --since -30min --no-pager --output cat | grep -F '\"mail\":{' || true";

/** The end of a host's log, to be run as root. Each program follows it with one more option. */
export const logCommands: Readonly<Record<HostName, { readonly show: string; readonly follow: string }>> = {
  backend: withFollow("journalctl --unit 'tintype-*' --no-pager --output cat --lines 200", "--follow"),
  frontend: withFollow("tail -n 200 /var/log/nginx/access.log /var/log/nginx/error.log", "--follow=name"),
};

function withFollow(show: string, option: string) {
  return { show, follow: `${show} ${option}` };
}

// An unknown value is printed empty. `up` is the age of the first process: `uptime` in a container shows the machine's.
const commonHealth = `
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

/** Prints the health of a host, in lines of NAME=VALUE (health.ts reads them). */
export const healthCommands: Readonly<Record<HostName, string>> = {
  frontend: `${commonHealth}
  say service "$(systemctl is-active nginx)"
  certificate=$(sudo openssl x509 -enddate -noout -in /etc/tintype/tls/site.crt 2>/dev/null | cut -d = -f 2)
  [ -z "$certificate" ] || say certificate "$(date -d "$certificate" +%s)"`,
  backend: `${commonHealth}
  say service "$(systemctl is-active tintype-backend)"
  say database "$(systemctl is-active mariadb mysqld | grep -m1 ^active || echo inactive)"
  say data "$(percent /data)"
  say backup "$(sudo sed -n 's/.*"at" *: *"\\([^"]*\\)".*/\\1/p' /data/backup/last.json 2>/dev/null)"`,
};
