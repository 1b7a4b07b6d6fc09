import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { freePort } from "../../infra/cli/free-port.ts";
import { completePath } from "../../infra/cli/requirements.ts";
import { run } from "../../infra/cli/run.ts";

const role = join(import.meta.dirname, "../roles/frontend");
const challenges = "acme/acme-challenges/.well-known/acme-challenge";

export interface NginxProps {
  readonly names: readonly string[];
  /** With a domain it speaks TLS too, by a certificate of its own making. */
  readonly domain?: string;
  readonly apiPort: number;
  /** @default - off */
  readonly notestamp?: string;
  /** A folder with the built page. @default - one that is nearly empty */
  readonly page?: string;
  /** @default - a free one */
  readonly port?: number;
  /** Where browsers find pictures. @default - nowhere */
  readonly imageOrigin?: string;
}

export type TestNginx = Awaited<ReturnType<typeof startNginx>>;

/** A real nginx on ports of its own, with the settings that Ansible makes of the role's templates, as few rights as its unit leaves it, one page and one challenge of an ACME server. */
export async function startNginx(props: NginxProps) {
  const { names, domain = "", apiPort, notestamp = "off" } = props;
  completePath();
  const root = mkdtempSync(join(tmpdir(), "tintype-nginx-"));
  chmodSync(root, 0o755);
  for (const folder of ["site/current", "site/assets", "logs", "temporary", "tls", challenges])
    mkdirSync(join(root, folder), { recursive: true });
  if (props.page) {
    cpSync(props.page, join(root, "site/current"), { recursive: true });
    cpSync(join(props.page, "assets"), join(root, "site/assets"), { recursive: true });
  } else writeFileSync(join(root, "site/current/index.html"), '<div id="root"></div>');
  writeFileSync(join(root, challenges, "token"), "proof");
  const ports = { 80: props.port ?? (await freePort()), 443: await freePort() };
  const here = (settings: string) =>
    settings
      .replace(/^user .*$/m, process.getuid?.() === 0 ? "user root;" : "")
      .replace(/^ *listen \[::\].*\n/gm, "")
      .replace(/listen (80|443)/g, (_, port: "80" | "443") => `listen 127.0.0.1:${ports[port]}`)
      .replace(
        "http {",
        `http { ${["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((kind) => `${kind}_temp_path ${root}/temporary;`).join(" ")}`,
      )
      .replaceAll("/etc/nginx/security-headers.conf", `${root}/security-headers.conf`)
      .replaceAll("/run/nginx.pid", `${root}/nginx.pid`)
      .replaceAll("/var/log/nginx", `${root}/logs`)
      .replaceAll("/etc/tintype/tls", `${root}/tls`)
      .replaceAll("/var/lib/tintype", `${root}/acme`)
      .replaceAll("/opt/tintype", `${root}/site`);
  await render(root, {
    frontend_names: names,
    frontend_notestamp: notestamp,
    frontend_domain: domain,
    frontend_tls: domain !== "",
    frontend_nginx_user: "nobody",
    frontend_api_origin: `http://127.0.0.1:${apiPort}`,
    frontend_image_origin: props.imageOrigin ?? "https://images.example",
  });
  for (const file of ["nginx.conf", "security-headers.conf"]) {
    const path = join(root, file);
    writeFileSync(path, here(readFileSync(path, "utf8")));
  }
  if (domain !== "") await certify(join(root, "tls"), domain);

  const settings = ["-p", root, "-c", join(root, "nginx.conf"), "-g", "daemon off;"];
  const nginx = spawn("prlimit", [...unitLimits(), "nginx", ...settings], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said = text(nginx.stderr);
  await accepts(ports[80], () => nginx.exitCode !== null);
  if (nginx.exitCode !== null) throw new Error(await said);

  return {
    ports,
    accesses: () => readFileSync(join(root, "logs/access.log"), "utf8"),
    errors: () => readFileSync(join(root, "logs/error.log"), "utf8"),
    async close() {
      await end(nginx);
      rmSync(root, { recursive: true });
    },
  };
}

/** Sends bytes as they are, and reads what comes back until the other side hangs up, or has been silent for a while. */
export async function sendBytes(port: number, bytes: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.setTimeout(3_000, () => socket.destroy());
  socket.on("error", () => undefined); // it hung up while we were sending: what it said counts
  socket.write(bytes);
  let answer = "";
  socket.on("data", (chunk) => (answer += String(chunk)));
  await once(socket, "close");
  return answer;
}

/** What nginx's unit allows it, without what root has beyond that. */
function unitLimits(): string[] {
  const unit = readFileSync(join(role, "templates/hardening.conf.j2"), "utf8");
  const [, files = ""] = /^LimitNOFILE=(\d+)$/m.exec(unit) ?? [];
  const rights = process.getuid?.() === 0 ? ["setpriv", "--bounding-set=-sys_resource"] : [];
  return [`--nofile=${files}:${files}`, ...rights];
}

async function render(root: string, variables: object): Promise<void> {
  const templates = ["nginx.conf", "security-headers.conf"].map((name) => ({
    name: "Render",
    "ansible.builtin.template": { src: join(role, `templates/${name}.j2`), dest: join(root, name) },
  }));
  const play = {
    hosts: "localhost",
    connection: "local",
    gather_facts: false,
    vars: variables,
    tasks: templates,
  };
  writeFileSync(join(root, "render.json"), JSON.stringify([play]));
  await run("ansible-playbook", ["--inventory", "localhost,", join(root, "render.json")]);
}

async function certify(folder: string, domain: string): Promise<void> {
  const files = ["-keyout", join(folder, "site.key"), "-out", join(folder, "site.crt")];
  const subject = ["-subj", `/CN=${domain}`, "-addext", `subjectAltName=DNS:${domain}`];
  await run("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", ...subject, ...files]);
}

async function accepts(port: number, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    const socket = connect(port, "127.0.0.1");
    const isOpen = await once(socket, "connect").then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isOpen) return;
    await sleep(50);
  }
}

async function end(nginx: ChildProcess): Promise<void> {
  const ended = once(nginx, "exit");
  nginx.kill("SIGTERM");
  await ended;
}
