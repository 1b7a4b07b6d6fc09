// Plain JavaScript, as npm is called the same way before anything is installed. Asks npm's registry for published
// vulnerabilities of the locked packages that are deployed; a registry without that service, or none, is reported and passes.
import { spawnSync } from "node:child_process";
import { composedEnvironment } from "../cli/environment.mjs";

const { stdout } = spawnSync("npm", ["audit", "--json", "--omit=dev", "--package-lock-only"], {
  encoding: "utf8",
  env: composedEnvironment(process.env, "npm"),
});
const report = parsed(stdout);
if (report?.metadata?.vulnerabilities === undefined) {
  const reason = report?.error?.summary || report?.message || "no answer that can be read";
  console.error(`Not audited, as the registry offers no audit here: ${reason.trim().split("\n")[0]}`);
  process.exit(0);
}
const grave = Object.values(report.vulnerabilities).filter(({ severity }) =>
  /^(high|critical)$/.test(severity),
);
for (const { name, severity, via } of grave)
  console.error([`${severity}: ${name}`, ...titles(via)].join(", "));
if (grave.length > 0) {
  console.error("`npm audit --omit=dev` shows more. Update these packages, then run the command again.");
  process.exit(1);
}

/** Of a package's own faults; those of its dependencies are under their names. */
function titles(via) {
  return via.flatMap(({ title = [] }) => title);
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
