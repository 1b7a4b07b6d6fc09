import { accessSync, existsSync, statfsSync } from "node:fs";
import { wantedAnsible } from "./ansible.ts";
import { UserError } from "./user-error.ts";
import { run, tryRun, which } from "./run.ts";
import { say } from "./steps.ts";

/** A program that a command needs: any of `programs` will do. */
interface Requirement {
  readonly programs: readonly string[];
  /** Debian and Ubuntu package that has it; none where only its makers publish it. */
  readonly debian?: string;
  readonly otherwise: string;
}

const requirements = {
  terraform: {
    programs: ["terraform"],
    otherwise: "Terraform 1.5 or newer: https://developer.hashicorp.com/terraform/install",
  },
  ansible: {
    programs: ["ansible-playbook"],
    debian: "ansible-core",
    otherwise: `ansible-core: \`pipx install '${wantedAnsible("al2")}'\``,
  },
  ssh: { programs: ["ssh-keygen"], debian: "openssh-client", otherwise: "the OpenSSH client" },
  docker: {
    programs: ["docker"],
    debian: "docker.io",
    otherwise: "Docker: https://docs.docker.com/engine/install",
  },
  engine: {
    programs: ["dockerd", "colima", "com.docker.cli"],
    debian: "docker.io",
    otherwise: "a Docker engine: https://docs.docker.com/engine/install",
  },
  compose: {
    programs: ["docker-compose"],
    debian: "docker-compose",
    otherwise: "Docker Compose: https://docs.docker.com/compose/install",
  },
  iptables: {
    programs: ["iptables"],
    debian: "iptables",
    otherwise: "iptables, which the Docker engine uses",
  },
  debootstrap: { programs: ["debootstrap"], debian: "debootstrap", otherwise: "debootstrap" },
  moto: {
    programs: ["moto_server", "docker"],
    otherwise: "moto, the emulated AWS API: `pipx install 'moto[server]'`, or Docker to run its image",
  },
  database: {
    programs: ["mariadbd", "mysqld"],
    debian: "mariadb-server",
    otherwise: "MariaDB or MySQL: https://mariadb.org/download",
  },
  redis: {
    programs: ["redis-server", "valkey-server"],
    debian: "redis-server",
    otherwise: "Redis or Valkey: https://valkey.io/download",
  },
  chromium: {
    programs: ["chromium", "google-chrome", "chrome"],
    debian: "chromium",
    otherwise: "Chromium or Chrome",
  },
  pebble: {
    programs: ["pebble"],
    debian: "pebble",
    otherwise: "pebble, an ACME server to rehearse with: https://github.com/letsencrypt/pebble",
  },
  openssl: { programs: ["openssl"], debian: "openssl", otherwise: "OpenSSL" },
  lego: {
    programs: ["lego"],
    debian: "lego",
    otherwise: "lego, which asks for certificates: https://go-acme.github.io/lego/installation",
  },
  certutil: {
    programs: ["certutil"],
    debian: "libnss3-tools",
    otherwise: "certutil of NSS, which makes a browser trust a certificate",
  },
  nginx: { programs: ["nginx"], debian: "nginx-light", otherwise: "nginx: https://nginx.org" },
  caddy: { programs: ["caddy"], debian: "caddy", otherwise: "Caddy: https://caddyserver.com/docs/install" },
  shellcheck: {
    programs: ["shellcheck"],
    debian: "shellcheck",
    otherwise: "shellcheck: https://www.shellcheck.net",
  },
  "ansible-lint": {
    programs: ["ansible-lint"],
    debian: "ansible-lint",
    otherwise: "ansible-lint: `pipx install ansible-lint`",
  },
} as const satisfies Record<string, Requirement>;

export type RequirementName = keyof typeof requirements;

/** System programs live in folders that are not on everybody's PATH. */
export function completePath(): void {
  process.env["PATH"] = `${process.env["PATH"]}:/usr/sbin:/sbin:/usr/local/sbin`;
}

/** Installs what is missing if it may and this user may, else throws one UserError that names all of it. */
export async function requireTools(
  names: readonly RequirementName[],
  { install: mayChange } = { install: true },
): Promise<void> {
  completePath();
  const isMissing = (name: RequirementName) => {
    const { programs }: Requirement = requirements[name];
    return !programs.some((program) => which(program) !== undefined);
  };
  const missing = names.filter(isMissing);
  const packages = missing.flatMap((name) => (requirements[name] as Requirement).debian ?? []);
  if (mayChange && packages.length === missing.length && missing.length > 0 && (await mayInstall())) {
    await install(packages);
    if (missing.includes("ansible")) await installMitogen();
  }
  const left = missing.filter(isMissing).map((name) => `  - ${requirements[name].otherwise}`);
  if (left.length === 0) return;
  const apt =
    packages.length === 0 ? "" : `\nOn Debian or Ubuntu: sudo apt-get install ${packages.join(" ")}`;
  throw new UserError(["Not on this machine yet:", ...left].join("\n") + apt, 2);
}

/** Installs what makes Ansible three times faster, if that is possible: it is not in every distribution, and optional. */
export async function installMitogen(): Promise<void> {
  if (existsSync("/usr/lib/python3/dist-packages/ansible_mitogen") || !(await mayInstall())) return;
  await install(["ansible-mitogen"]).catch(() => undefined);
}

async function mayInstall(): Promise<boolean> {
  if (which("apt-get") === undefined) return false;
  return isRoot() || (await tryRun("sudo", ["--non-interactive", "true"])).code === 0;
}

async function install(packages: readonly string[]): Promise<void> {
  say(`Installing ${packages.join(", ")} …`);
  const apt = (...args: string[]) => {
    const command = ["DEBIAN_FRONTEND=noninteractive", "apt-get", ...args];
    return isRoot() ? run("env", command) : run("sudo", ["env", ...command]);
  };
  await apt("update", "--quiet");
  await apt("install", "--yes", "--quiet", "--no-install-recommends", ...packages);
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** Terraform loses track of what it made if it cannot write its state, so room for it is asked for first. */
export function requireSpace(folder: string, bytes: number): void {
  accessSync(folder);
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize >= bytes) return;
  const mib = (count: number) => Math.round(count / 2 ** 20);
  throw new UserError(
    `Not enough room in ${folder}: ${mib(bavail * bsize)} MiB free, ${mib(bytes)} MiB needed. ` +
      "Free some space and run the command again.",
    2,
  );
}
