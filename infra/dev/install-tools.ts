import { command } from "../cli/user-error.ts";
import { installMitogen, requireTools, type RequirementName } from "../cli/requirements.ts";

// What the tests need beside Node: all of it, or what is named.
const all: RequirementName[] = [
  ...(["terraform", "ansible", "ssh", "docker", "engine", "compose", "iptables", "debootstrap"] as const),
  ...(["moto", "database", "redis", "chromium", "nginx", "caddy", "shellcheck", "ansible-lint"] as const),
  ...(["pebble", "openssl", "certutil"] as const),
];

await command(async () => {
  const named = process.argv.slice(2) as RequirementName[];
  await requireTools(named.length > 0 ? named : all);
  if (named.length === 0) await installMitogen();
});
