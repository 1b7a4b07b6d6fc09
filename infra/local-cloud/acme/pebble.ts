import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { get } from "node:https";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../../cli/free-port.ts";
import { run } from "../../cli/run.ts";

/** An ACME server, and the DNS that it asks; nothing has a name there before it is given one. */
export interface Pebble {
  readonly server: ChildProcess;
  readonly dns: ChildProcess;
  readonly port: number;
  readonly dnsPort: number;
  readonly dnsManagementPort: number;
  /** In PEM: the root of the certificates that it issues, new with every start. */
  readonly root: string;
}

export interface PebbleProps {
  /** Where its files lie. */
  readonly folder: string;
  /** The name under which its clients find it. */
  readonly name: string;
  /** File to write the certificate to that it shows to its clients. */
  readonly authority: string;
}

/** Every ACME server refuses some names; this one makes a refusal testable. */
const refusedDomain = "refused.test";

/** Starts pebble, on the loopback; ready when it answers. */
export async function startPebble({ folder, name, authority }: PebbleProps): Promise<Pebble> {
  const key = join(folder, "authority.key");
  await run("openssl", [
    ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "3650"],
    ...["-subj", `/CN=${name}`, "-addext", `subjectAltName=DNS:${name},IP:127.0.0.1`],
    ...["-keyout", key, "-out", authority],
  ]);
  const [port, managementPort] = [await freePort(), await freePort()];
  const settings = {
    listenAddress: `127.0.0.1:${port}`,
    managementListenAddress: `127.0.0.1:${managementPort}`,
    certificate: authority,
    privateKey: key,
    httpPort: 80,
    tlsPort: 443,
    certificateValidityPeriod: 90 * 86_400,
    domainBlocklist: [refusedDomain],
  };
  const configuration = join(folder, "pebble.json");
  writeFileSync(configuration, JSON.stringify({ pebble: settings }));
  const dns = await startDns();
  const server = start("pebble", ["-config", configuration, "-dnsserver", `127.0.0.1:${dns.dnsPort}`]);
  const root = await answerOf(server, `https://127.0.0.1:${managementPort}/roots/0`, readFileSync(authority));
  return { server, port, ...dns, root };
}

async function startDns(): Promise<Pick<Pebble, "dns" | "dnsPort" | "dnsManagementPort">> {
  const [dnsPort, dnsManagementPort] = [await freePort(), await freePort()];
  const dns = start("pebble-challtestsrv", [
    ...["-dns01", `127.0.0.1:${dnsPort}`, "-management", `127.0.0.1:${dnsManagementPort}`],
    ...["-http01", "", "-https01", "", "-tlsalpn01", "", "-defaultIPv4", "", "-defaultIPv6", ""],
  ]);
  return { dns, dnsPort, dnsManagementPort };
}

function start(program: string, args: readonly string[]): ChildProcess {
  // Else it waits before it looks for a proof, and refuses some of what is right, to see how clients bear it.
  const env = { ...process.env, PEBBLE_VA_NOSLEEP: "1", PEBBLE_WFE_NONCEREJECT: "0" };
  return spawn(program, args, { stdio: ["ignore", "ignore", "inherit"], env });
}

async function answerOf(server: ChildProcess, url: string, ca: Buffer): Promise<string> {
  while (server.exitCode === null) {
    const answer = await new Promise<string | undefined>((resolve) => {
      get(url, { ca }, (response) => resolve(text(response))).on("error", () => resolve(undefined));
    });
    if (answer !== undefined) return answer;
    await sleep(100);
  }
  throw new Error(`pebble ended with exit code ${server.exitCode}`);
}

/** Makes a name one of this address, for whom asks that DNS. */
export async function announce(
  { dnsManagementPort }: Pick<Pebble, "dnsManagementPort">,
  host: string,
  address: string,
): Promise<void> {
  const tell = async (path: string, body: object) => {
    const url = `http://127.0.0.1:${dnsManagementPort}/${path}`;
    const answer = await fetch(url, { method: "POST", body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`the local DNS does not take ${host}: ${await answer.text()}`);
  };
  await tell("clear-a", { host });
  await tell("add-a", { host, addresses: [address] });
}
