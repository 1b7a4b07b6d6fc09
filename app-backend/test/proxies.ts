import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";

/** The folder of the examples. */
export const examples = join(import.meta.dirname, "../../docs/examples/verifier");

// System programs live in folders that are not on every PATH.
const env = { ...process.env, PATH: `${process.env["PATH"]}:/usr/sbin:/usr/local/sbin` };

const commands = { nginx: "verifier-nginx.conf", caddy: "verifier.Caddyfile" };

export type ProxyName = keyof typeof commands;

/**
 * A real proxy with its example, whose ports are other ones. On a busy machine a verifier needs longer than the example
 * waits. nginx gets one more location, as its operators add them.
 */
export function startProxy(
  name: ProxyName,
  ports: { verifier: number; application: number },
  waitFor = "60s",
) {
  const example = readFileSync(join(examples, commands[name]), "utf8")
    .replaceAll("127.0.0.1:3001", `127.0.0.1:${ports.verifier}`)
    .replaceAll("127.0.0.1:3000", `127.0.0.1:${ports.application}`)
    .replace("800ms", waitFor)
    .replace("location / {", (first) => `location ~ \\.png$ { proxy_pass http://$target; } ${first}`);
  return run(name, example);
}

/** A caching proxy to that port: it stores every response that does not forbid it, and serves it to all clients. */
export function startCache(to: number) {
  const settings =
    "access_log off; proxy_cache_path cache keys_zone=all:1m; proxy_cache all; proxy_cache_valid any 1m;";
  const location = `location / { proxy_pass http://127.0.0.1:${to}; add_header X-Cache $upstream_cache_status always; }`;
  return run("nginx", `events {}\nhttp { ${settings} server { listen 127.0.0.1:8080; ${location} } }`);
}

async function run(program: ProxyName, configuration: string) {
  const root = mkdtempSync(join(tmpdir(), `tintype-${program}-`));
  const port = await freePort();
  const file = join(root, "proxy");
  const listening = configuration.replaceAll(":8080", `:${port}`);
  writeFileSync(file, listening.replace(/^http \{/m, `http { ${folders(root)}`));
  const globals = `daemon off; pid ${root}/pid; ${process.getuid?.() === 0 ? "user root;" : ""}`;
  const args = {
    nginx: ["-p", root, "-e", "stderr", "-c", file, "-g", globals],
    caddy: ["run", "--adapter", "caddyfile", "--config", file],
  };
  const ofCaddy = { HOME: root, XDG_DATA_HOME: root, XDG_CONFIG_HOME: root };
  const child = spawn(program, args[program], {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...env, ...ofCaddy },
  });
  const said = text(child.stderr);
  await Promise.race([accepts(port, child), once(child, "exit")]);
  if (child.exitCode !== null) throw new Error(await said);
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    async close() {
      await end(child);
      rmSync(root, { recursive: true });
    },
  };
}

const folders = (root: string) =>
  ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((kind) => `${kind}_temp_path ${root}/${kind};`)
    .join(" ");

/** The application of the examples, as a process. */
export async function startVerifiedApplication() {
  const child = spawn(process.execPath, [join(examples, "verified-application.mjs")], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, NODE_OPTIONS: "", PORT: "0" },
  });
  const [printed] = (await once(child.stdout, "data")) as [Buffer];
  const { port } = JSON.parse(String(printed)) as AddressInfo;
  return { port, close: () => end(child) };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

async function accepts(port: number, child: ChildProcess): Promise<void> {
  while (child.exitCode === null) {
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

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  await ended;
}
