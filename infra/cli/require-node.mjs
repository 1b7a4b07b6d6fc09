import { faultOfPath } from "./path-faults.mjs";

// Plain JavaScript: it runs before anything is installed, on a Node that may be too old for the rest.
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Node 20.19 or newer is needed, this is ${process.versions.node}: https://nodejs.org`);
  process.exit(2);
}
const fault = faultOfPath(process.cwd());
if (fault !== undefined) {
  console.error(fault);
  process.exit(2);
}
