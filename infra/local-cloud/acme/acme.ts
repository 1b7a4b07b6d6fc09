import { existsSync, readFileSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { UserError } from "../../cli/user-error.ts";
import { startInBackground } from "../emulator/background.ts";
import { oneAtATime } from "../emulator/one-at-a-time.ts";
import { cloudFolder } from "../emulator/paths.ts";
import { endProcess, runs } from "../emulator/processes.ts";

/** A running ACME server with a DNS of its own: what its process wrote down when it was ready. */
export interface LocalAcme {
  readonly pid: number;
  readonly pebblePid: number;
  readonly dnsPid: number;
  /** Port of this machine at which the hosts find it, under `acmeName`. */
  readonly port: number;
  readonly dnsPort: number;
  readonly dnsManagementPort: number;
}

/** The name of this machine by which a host asks for a certificate. */
export const acmeName = "acme.localhost";

export const acmeFolder = join(cloudFolder, "acme");
export const acmeFile = join(acmeFolder, "acme.json");
/** The certificate that the server itself shows, and the key to it. */
export const acmeAuthority = join(acmeFolder, "authority.pem");
/** The root of the certificates that it issues. It is new with every start. */
export const acmeRoot = join(acmeFolder, "root.pem");
const log = join(cloudFolder, "acme.log");
export const acmeDaemon = join(import.meta.dirname, "acme-daemon.ts");
/** Where it lies may be another place in the release that started it. */
const daemonName = basename(acmeDaemon);

/** The ACME server that runs now, or undefined. */
function runningAcme(): LocalAcme | undefined {
  const acme = lastAcme();
  return acme !== undefined && runs(acme.pid, daemonName) ? acme : undefined;
}

function lastAcme(): LocalAcme | undefined {
  if (!existsSync(acmeFile)) return undefined;
  return JSON.parse(readFileSync(acmeFile, "utf8")) as LocalAcme;
}

/** Starts an ACME server in the background unless one runs, and waits until it answers. */
export async function startAcme(): Promise<LocalAcme> {
  return runningAcme() ?? (await oneAtATime("acme", start));
}

async function start(): Promise<LocalAcme> {
  const running = runningAcme();
  if (running !== undefined) return running;
  await stop();
  const started = await startInBackground({ program: acmeDaemon, log, state: runningAcme });
  if (started !== undefined) return started;
  throw new UserError(`The local ACME server did not start. See ${log}`);
}

/** Ends it, with what it started; also where it was killed and could not do so itself. */
export const stopAcme = (): Promise<void> => oneAtATime("acme", stop);

async function stop(): Promise<void> {
  const acme = lastAcme();
  if (acme === undefined) return;
  await endProcess(acme.pid, daemonName);
  await endProcess(acme.pebblePid, "pebble", acmeFolder);
  await endProcess(acme.dnsPid, "pebble-challtestsrv", String(acme.dnsPort));
  rmSync(acmeFolder, { recursive: true, force: true });
}
