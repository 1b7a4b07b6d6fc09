import { Resolver } from "node:dns/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { isFree } from "../../cli/free-port.ts";
import { UserError } from "../../cli/user-error.ts";
import { step } from "../../cli/steps.ts";
import { acmeAuthority, acmeName, acmeRoot, startAcme } from "../../local-cloud/acme/acme.ts";
import { announce } from "../../local-cloud/acme/pebble.ts";
import {
  askControl,
  cloudEnvironment,
  hasCloud,
  runningCloud,
  startCloud,
  stopCloud,
  stopLostCloud,
} from "../../local-cloud/cloud.ts";
import { baseImage } from "../../local-cloud/ec2/base-image.ts";
import { engineRuns, ensureEngine, stopOwnEngine } from "../../local-cloud/ec2/docker.ts";
import {
  boot,
  containers,
  hasHosts,
  publishedPort,
  publishes,
  removeHosts,
} from "../../local-cloud/ec2/hosts.ts";
import type { ListedInstance } from "../../local-cloud/ec2/instances.ts";
import { hostGateway } from "../../local-cloud/ec2/networks.ts";
import { rangeFault } from "../../local-cloud/ec2/subnet-conflicts.ts";
import type { SentText as KeptText } from "../../local-cloud/emulator/sent-texts.ts";
import { verifySender } from "../../local-cloud/emulator/ses-proxy.ts";
import { forgetSite, noteSite } from "../../local-cloud/emulator/site-origins.ts";
import { subnetRange } from "../../src/constructs/ec2/subnet-cidr.ts";
import type {
  Access,
  Cloud,
  EndpointProps,
  Endpoints,
  FrontDoor,
  Instance,
  Plan,
  Site,
  StartProps,
} from "./cloud.ts";
import { edge } from "./local-edge.ts";
import { keepPort } from "./local-port.ts";

// If no engine answers, one is started here, and these are its needs.
const engine = process.platform === "linux" ? (["engine", "iptables", "debootstrap"] as const) : [];
const hostCount = 2;
const shownOn = ["localhost", "127.0.0.1"] as const;

/** The emulated AWS API on this machine, with containers as hosts. */
export const local: Cloud = {
  name: "local",
  isDisposable: true,
  accessStep: "Start the emulated AWS API",

  requirements(domain) {
    const acme = domain === undefined || domain === "none" ? [] : (["pebble", "openssl"] as const);
    return ["docker", "moto", ...engine, ...acme];
  },
  requiredForDestroy: ["docker"],
  requiredForApi: ["moto"],
  diskBytes: 2 ** 30,
  hostSystem: () => "al2023", // no host has an older Python
  faultsOfMachine,

  async access() {
    return cloudEnvironment(await startCloud());
  },
  async presentAccess() {
    return presentAccess();
  },
  uncheckedAccess: presentAccess,
  generation: () => runningCloud()?.id,

  async prepare() {
    await step("Prepare the image of the hosts", () => baseImage());
  },
  applyAndBoot,
  startHosts: (props) => step("Boot the hosts", () => bootHosts(props)),
  async hasHosts(name) {
    return (await engineRuns()) && (await containers(name)).length > 0;
  },
  async removeHosts(name) {
    if (!(await local.hasHosts(name))) return void (await removeHosts(name));
    await step("Remove the hosts, their networks and volumes", () => removeHosts(name));
  },
  async stop(others) {
    if (others || ((await engineRuns()) && (await hasHosts()))) return;
    if (hasCloud()) await step("Stop the emulated AWS API", stopCloud);
    else await stopLostCloud();
    await stopOwnEngine();
  },

  operatorCidr: async () => "127.0.0.1/32",
  portOf,
  frontDoor,
  shownDoor: ({ url, local: door }) => ({ localUrl: url, ...(door && { localDoor: door }) }),
  otherNames,
  noteSite: (name, origin, shownAt) => noteSite(name, { origin, shownAt }),
  forgetSite: (name) => forgetSite(name),

  async domainTarget(domain, frontend) {
    const acme = await startAcme();
    await announce(acme, domain, frontend.privateIp);
    const resolver = new Resolver();
    resolver.setServers([`127.0.0.1:${acme.dnsPort}`]);
    return { address: frontend.privateIp, resolver };
  },
  domainTargetBefore: () => undefined,
  async certificateAuthority() {
    const { port } = await startAcme();
    return {
      frontend_acme_directory: `https://${acmeName}:${port}/dir`,
      frontend_acme_authority: acmeAuthority,
    };
  },
  endpoints,

  deliversTexts: false,
  async sentTexts(role) {
    const cloud = runningCloud();
    const answer = cloud && (await askControl(cloud, "GET", `/texts/${role}`));
    // A process of a release that kept none answers 404.
    const texts = answer?.status === 200 ? (answer.body as KeptText[]) : [];
    return texts.map(({ at, to, text }) => ({ at: new Date(at), to, text }));
  },

  edge,

  mailNote: "In the local cloud the emulated SES takes its mail and delivers none: codes do not arrive.",
  unreachedNote: () => "",
  supportNote: (ended) => `On AWS these hosts would be out of support: ${ended}. OS=al2023 is not.`,
  priceNote: "The local cloud costs nothing. What AWS would charge for the same:",
};

function presentAccess(): Access | undefined {
  const running = runningCloud();
  return running && cloudEnvironment(running);
}

/** Why no container can run on this machine; undefined if they can. */
export async function engineFault(): Promise<string | undefined> {
  try {
    await ensureEngine();
    return undefined;
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

async function faultsOfMachine({ name, localPort, deploy }: Plan): Promise<string[]> {
  const engine = await engineFault();
  if (engine !== undefined) return [engine];
  const faults = [await rangeFault(name, subnetRange(name))].filter((found) => found !== undefined);
  if ((await publishes(name, localPort)) || (await isFree(localPort))) return faults;
  return [
    ...faults,
    `Port ${localPort} of this machine is taken. Choose another: ${deploy} LOCAL_PORT=${localPort + 1}`,
  ];
}

/** Terraform waits almost a minute for the bucket's lifecycle rule. The hosts boot in that time. */
async function applyAndBoot(props: StartProps, apply: () => Promise<void>): Promise<void> {
  if ((await containers(props.name)).length > 0) return apply();
  const applied = new AbortController();
  const booted = bootWhenMade(props, applied.signal).catch(() => {}); // `startHosts` repeats it, and reports why it fails
  try {
    await apply();
  } finally {
    applied.abort();
    await booted;
  }
}

async function bootWhenMade(props: StartProps, applied: AbortSignal): Promise<void> {
  for (; !applied.aborted; await sleep(1000)) {
    const instances = await instancesOf(props).catch(() => []); // a part of one may not exist yet
    if (instances.length < hostCount || instances.every(({ volumes }) => volumes.length === 0)) continue;
    return void (await bootHosts(props));
  }
}

async function bootHosts(props: StartProps): Promise<string[]> {
  const { name, region, localPort, mailFrom, folder } = props;
  keepPort(folder, localPort);
  const cloud = await startCloud();
  if (mailFrom !== undefined) await verifySender(cloud.apiUrl, region, mailFrom);
  return boot({ deployment: name, region, instances: await instancesOf(props), sitePort: localPort });
}

async function instancesOf({ name, region }: StartProps): Promise<ListedInstance[]> {
  const cloud = await startCloud();
  const { ec2 } = await import("../../local-cloud/ec2/instances.ts"); // a large client, which few commands need
  return ec2({ endpoint: cloud.apiUrl, credentials: cloud, region }).list(name);
}

async function portOf({ instanceId }: Instance, port: number) {
  const published = await publishedPort(instanceId, port);
  if (published === undefined) return undefined;
  return { address: "127.0.0.1", port: published, origin: `http://localhost:${published}` };
}

async function frontDoor({ url, domain, frontend }: Site): Promise<FrontDoor | undefined> {
  const plain = await portOf(frontend, 80);
  if (plain === undefined || domain === undefined) return plain && { url: plain.origin };
  const secure = await portOf(frontend, 443);
  if (secure === undefined) return undefined;
  const { address, port } = secure;
  return { url, local: { address, port, httpPort: plain.port, root: acmeRoot } };
}

async function otherNames({ domain, frontend }: Site) {
  const hosts = [...shownOn, frontend.privateIp];
  if (domain !== undefined) return { hosts, otherOrigins: [] };
  const door = await portOf(frontend, 80);
  if (door === undefined) return undefined;
  const origins = [...shownOn.map((name) => `http://${name}:${door.port}`), `http://${frontend.privateIp}`];
  return { hosts, otherOrigins: origins.map((origin) => new URL(origin).origin) };
}

async function endpoints({ domain, backend, localPort, ...services }: EndpointProps): Promise<Endpoints> {
  const cloud = runningCloud();
  if (cloud === undefined) throw new Error("the local cloud does not run");
  const imageOrigin = `http://s3.localhost:${cloud.s3Port}`;
  const gateway = `http://${await hostGateway(backend.instanceId)}`;
  return {
    imageOrigin,
    environment: {
      AWS_ENDPOINT_URL_S3: imageOrigin,
      // All sites are shown on localhost, and cookies know no port. A site with a domain is shown under its own name.
      ...(domain === undefined && { REFRESH_COOKIE: `refresh-${localPort}` }),
      AWS_EC2_METADATA_SERVICE_ENDPOINT: `${gateway}:${cloud.metadataPort}`,
      ...(services.mailFrom !== undefined && { AWS_ENDPOINT_URL_SESV2: `${gateway}:${cloud.mailPort}` }),
      ...(services.smsMonthlyUsd !== undefined && { AWS_ENDPOINT_URL_SNS: `${gateway}:${cloud.textPort}` }),
    },
  };
}
