// Plain JavaScript: it runs before anything is installed. Installs the packages as the lock file says, whatever other
// settings npm has: under NODE_ENV=production, or by a line of ~/.npmrc, it would leave out what builds the application.
import { spawnSync } from "node:child_process";
import { composedEnvironment } from "../cli/environment.mjs";
import "../cli/require-node.mjs";

// Not `npm ci`: it refuses a lock file that lacks other platforms' binaries, which not every registry has.
const options = [
  ...["--no-save", "--no-audit", "--no-fund", "--ignore-scripts"],
  ...["--include=dev", "--include=optional", "--include=peer", "--package-lock", "--no-package-lock-only"],
  ...["--no-global", "--no-dry-run", "--install-strategy=hoisted", "--no-legacy-peer-deps"],
];

process.stderr.write("Installing the packages, as after each change of them …\n");
const { status, error } = spawnSync("npm", ["install", ...options], {
  stdio: ["ignore", 2, 2],
  env: composedEnvironment(process.env, "npm"),
});
if (error !== undefined) process.stderr.write(`npm could not be started: ${error.message}\n`);
process.exit(status ?? 1);
