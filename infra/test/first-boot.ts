import { baseImage } from "../local-cloud/ec2/base-image.ts";
import { run } from "../cli/run.ts";
import { type HostKind, userData } from "../src/constructs/ec2/user-data/user-data.ts";

const releases = {
  al2: 'NAME="Amazon Linux"\nID="amzn"\nVERSION_ID="2"\n',
  al2023: 'NAME="Amazon Linux"\nID="amzn"\nVERSION_ID="2023"\n',
} as const;

/** What a program leaves that the script goes on to use, as shell; all others only write down how they were called. */
const effects: Record<string, string> = {
  "amazon-linux-extras":
    'case "$*" in *python3.8*) touch /usr/bin/python3.8; chmod +x /usr/bin/python3.8 ;; esac',
  yum: packages(),
  dnf: packages(),
  "mkfs.ext4": "touch /formatted",
  blkid: "[ -e /formatted ] || exit 2",
  mysqld: 'case "$*" in *--initialize*) mkdir -p /data/mysql/mysql ;; esac',
};

function packages(): string {
  return `for name in "$@"; do case "$name" in
    python3) touch /usr/bin/python3; chmod +x /usr/bin/python3 ;;
    mysql-community-server) id mysql >/dev/null 2>&1 || useradd --system mysql; mkdir -p /etc/yum.repos.d ;;
  esac; done`;
}

// Programs that the Debian image lacks, that would need a network, or that would change this machine.
const recorded = [
  ...[
    "yum",
    "dnf",
    "amazon-linux-extras",
    "rpm",
    "mysqld",
    "mysql",
    "systemctl",
    "mkfs.ext4",
    "blkid",
    "sleep",
  ],
  ...["curl", "wget", "sysctl", "mkswap", "swapon", "yum-config-manager", "sha256sum"],
];

export interface FirstBoot {
  /** Calls of programs that are stood in for, in order. */
  readonly calls: readonly string[];
  /** Content of the files asked for; undefined where there is none. A link is shown as `-> target`. */
  readonly files: Readonly<Record<string, string | undefined>>;
}

export interface FirstBootProps {
  readonly os: keyof typeof releases;
  readonly kind: HostKind;
  readonly files: readonly string[];
  /** @default 1 */
  readonly times?: number;
  /** Folders of the data volume from an earlier first boot. */
  readonly found?: readonly string[];
  /** Programs that fail whenever they are called. */
  readonly failing?: readonly string[];
}

/** Runs a host's user-data in a container, with stand-ins for what only Amazon Linux or a network has. */
export async function firstBoot({
  os,
  kind,
  files,
  times = 1,
  found = [],
  failing = [],
}: FirstBootProps): Promise<FirstBoot> {
  const script = Buffer.from(userData(kind)).toString("base64");
  const input = [
    "mkdir -p /stand-ins /etc/yum.repos.d; export PATH=/stand-ins:$PATH; touch /calls",
    `rm -f /etc/os-release; printf '%s' '${releases[os]}' >/etc/os-release`,
    "mknod /dev/sdf b 7 250 2>/dev/null || true",
    ...recorded.map((name) => standIn(name, failing.includes(name) ? "exit 1" : (effects[name] ?? "true"))),
    `echo ${script} | base64 -d >/user-data; chmod +x /user-data`,
    ...found.map((folder) => `mkdir -p /data/${folder}`),
    ...Array.from({ length: times }, () => "/user-data >/user-data.log 2>&1 </dev/null || true"),
    "echo '== calls'; cat /calls",
    ...files.map(
      (file) =>
        `echo '== ${file}'; if [ -L ${file} ]; then echo "-> $(readlink ${file})"; else cat ${file} || echo '=='; fi`,
    ),
  ].join("\n");
  const args = [
    "run",
    "--rm",
    "--interactive",
    "--network",
    "none",
    "--entrypoint",
    "bash",
    await baseImage(),
    "-s",
  ];
  return parsed(await run("docker", args, { input }));
}

function standIn(name: string, effect: string): string {
  const body = `#!/bin/bash\necho "${name} $*" >>/calls\n${effect}\n`;
  const encoded = Buffer.from(body).toString("base64");
  return `echo ${encoded} | base64 -d >/stand-ins/${name}; chmod +x /stand-ins/${name}`;
}

function parsed(printed: string): FirstBoot {
  const sections = printed
    .split(/^== (?=\S)/m)
    .slice(1)
    .map((section) => {
      const end = section.indexOf("\n");
      const text = section.slice(end + 1);
      return [section.slice(0, end), text === "==\n" ? undefined : text] as const;
    });
  const { calls = "", ...files } = Object.fromEntries(sections);
  return { calls: calls.split("\n").filter((line) => line !== "" && !line.startsWith("sleep")), files };
}
