import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { Agent, type IncomingMessage, request } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../../cli/user-error.ts";
import { run, tryRun, which } from "../../cli/run.ts";
import { cloudFolder } from "../emulator/paths.ts";
import { openPrivateLog } from "../../cli/private-files.ts";
import { endProcess, processesWith, runs } from "../emulator/processes.ts";

const pidFile = join(cloudFolder, "dockerd.pid");
const log = join(cloudFolder, "dockerd.log");

/** Runs a docker command; a UserError where it fails. Gives what it printed. */
export function docker(...args: string[]): Promise<string> {
  return run("docker", args);
}

/** As `docker pause` and `docker unpause`, in vain if there is no such container. */
export async function setPaused(name: string, paused: boolean): Promise<void> {
  const verb = paused ? "pause" : "unpause";
  const socketPath = await (socket ??= engineSocket());
  // To start a program takes a process as large as the local cloud longer than a pause.
  if (socketPath === undefined) return void (await tryRun("docker", [verb, name]));
  try {
    const asked = request({ socketPath, agent, method: "POST", path: `/containers/${name}/${verb}` }).end();
    const [answer] = (await once(asked, "response")) as [IncomingMessage];
    await answer.resume().toArray();
  } catch {
    await tryRun("docker", [verb, name]); // the engine has just closed the connection
  }
}

const agent = new Agent({ keepAlive: true });
let socket: Promise<string | undefined> | undefined;

/** The engine's socket; undefined if the docker command reaches it by other means. */
async function engineSocket(): Promise<string | undefined> {
  const { stdout } = await tryRun("docker", ["context", "inspect", "--format", "{{.Endpoints.docker.Host}}"]);
  const [, path] = /^unix:\/\/(\S+)/.exec(stdout) ?? [];
  return path !== undefined && existsSync(path) ? path : undefined;
}

export async function dockerLines(...args: string[]): Promise<string[]> {
  return (await docker(...args)).split("\n").filter((line) => line !== "");
}

export async function engineRuns(): Promise<boolean> {
  return (await tryRun("docker", ["version"])).code === 0;
}

/** Throws a UserError if the docker command speaks to an engine on another machine, where hosts would have no volumes. */
async function requireOwnEngine(): Promise<void> {
  const format = "{{.Name}} {{.Endpoints.docker.Host}}";
  const { code, stdout } = await tryRun("docker", ["context", "inspect", "--format", format]);
  const [name = "", endpoint = ""] = stdout.trim().split(" ");
  if (code !== 0 || isOnThisMachine(endpoint)) return; // a docker without contexts has no other engine
  throw new UserError(
    `Docker's context ${name} is an engine on another machine (${endpoint}); the local cloud needs one on this machine. ` +
      "Choose one: `docker context use default`, and unset DOCKER_CONTEXT.",
    2,
  );
}

export function isOnThisMachine(endpoint: string): boolean {
  return /^(unix|npipe|fd):|^tcp:\/\/(localhost|127\.0\.0\.1|\[::1\])(:|\/|$)/.test(endpoint);
}

/** Starts the Docker engine if none runs and this user may. */
export async function ensureEngine(): Promise<void> {
  await requireOwnEngine();
  if (await engineRuns()) return;
  if (process.getuid?.() !== 0 || which("dockerd") === undefined) {
    throw new UserError(
      "No Docker engine answers. Start it (`sudo systemctl start docker`, or Docker's application), " +
        "see that `docker version` works for this user, and run the command again.",
      2,
    );
  }
  const out = openPrivateLog(log);
  const engine = spawn("dockerd", ["--pidfile", pidFile], { detached: true, stdio: ["ignore", out, out] });
  engine.unref();
  for (let waitedMs = 0; waitedMs < 60_000; waitedMs += 250) {
    if (await engineRuns()) return;
    // It ends at once if another command has just started one.
    if (engine.exitCode !== null && processesWith("dockerd", pidFile).length === 0) break;
    await sleep(250);
  }
  throw new UserError(`The Docker engine did not start. See ${log}`);
}

/** Ends the engine if it was started here and nothing else uses it. */
export async function stopOwnEngine(): Promise<void> {
  const pid = existsSync(pidFile)
    ? Number(readFileSync(pidFile, "utf8"))
    : processesWith("dockerd", pidFile)[0];
  if (pid === undefined) return;
  if (runs(pid, pidFile) && (await dockerLines("ps", "--quiet")).length > 0) return;
  await endProcess(pid, pidFile);
  rmSync(pidFile, { force: true });
}
