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

const commands = {
  nginx: {
    file: "verifier-nginx.conf",
    start: (root: string, file: string) => [
      "nginx",
      "-p",
      root,
      "-e",
      "stderr",
      "-c",
      file,
      "-g",
      globals(root),
    ],
  },
  caddy: {
    file: "verifier.Caddyfile",
    start: (_root: string, file: string) => ["caddy", "run", "--adapter", "caddyfile", "--config", file],
  },
};

const globals = (root: string) =>
  `daemon off; pid ${root}/pid; ${process.getuid?.() === 0 ? "user root;" : ""}`;
const folders = (root: string) =>
  ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((kind) => `${kind}_temp_path ${root}/${kind};`)
    .join(" ");

export type ProxyName = keyof typeof commands;

/** A real proxy with its example, whose ports are other ones. */
export async function startProxy(name: ProxyName, ports: { verifier: number; application: number }) {
  const root = mkdtempSync(join(tmpdir(), `tintype-${name}-`));
  const port = await freePort();
  const { file, start } = commands[name];
  const example = readFileSync(join(examples, file), "utf8")
    .replaceAll(":8080", `:${port}`)
    .replaceAll("127.0.0.1:3001", `127.0.0.1:${ports.verifier}`)
    .replaceAll("127.0.0.1:3000", `127.0.0.1:${ports.application}`)
    .replace(/^http \{/m, `http { ${folders(root)}`);
  writeFileSync(join(root, file), example);
  const [program = "", ...args] = start(root, join(root, file));
  const ofCaddy = { HOME: root, XDG_DATA_HOME: root, XDG_CONFIG_HOME: root };
  const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"], env: { ...env, ...ofCaddy } });
  const said = text(child.stderr);
  await Promise.race([accepts(port, child), once(child, "exit")]);
  if (child.exitCode !== null) throw new Error(await said);
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      await end(child);
      rmSync(root, { recursive: true });
    },
  };
}

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
