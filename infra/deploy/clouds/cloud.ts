import type { Resolver } from "node:dns/promises";
import type { RequirementName } from "../../cli/requirements.ts";
import type { OperatingSystem } from "../../src/settings.ts";

/** Environment variables that point Terraform and the AWS SDK at a cloud; empty for the defaults of both. */
export type Access = Record<string, string>;

/** An instance, as Terraform's outputs describe it. */
export interface Instance {
  readonly instanceId: string;
  readonly privateIp: string;
  readonly publicIp: string;
}

/** Where this machine reaches a port of a host. */
export interface HostPort {
  readonly address: string;
  readonly port: number;
  /** The same as the origin of a URL. */
  readonly origin: string;
}

/** How this machine reaches the site. */
export interface FrontDoor {
  /** The site's origin. */
  readonly url: string;
  /** Set if no DNS of this machine knows the site's name. @default - the address that the name points to */
  readonly local?: LocalDoor;
}

export interface LocalDoor {
  readonly address: string;
  readonly port: number;
  /** The port for plain HTTP, which redirects browsers. */
  readonly httpPort: number;
  /** File with the root of the site's certificate. */
  readonly root: string;
}

export interface Site {
  readonly url: string;
  /** The name of its certificate; undefined for plain HTTP. */
  readonly domain: string | undefined;
  readonly frontend: Instance;
}

export interface SiteNames {
  /** Every host name and address by which the site may be requested; all others are refused. */
  readonly hosts: readonly string[];
  /** Beside the site's own origin, those from which people see it: the API accepts their pages as the site's. */
  readonly otherOrigins: readonly string[];
}

/** The address that a domain has to point to, and the resolver to check that with. */
export interface DomainTarget {
  readonly address: string;
  readonly resolver: Resolver;
}

export interface EndpointProps {
  readonly bucket: string;
  readonly region: string;
  readonly domain: string | undefined;
  readonly backend: Instance;
  readonly localPort: number;
  readonly mailFrom: string | undefined;
  readonly smsMonthlyUsd: string | undefined;
}

export interface Endpoints {
  readonly imageOrigin: string;
  /** Variables of the API that point its AWS clients somewhere else than the SDK's defaults. */
  readonly environment: Readonly<Record<string, string>>;
}

/** What is about to be deployed, as far as it concerns this machine. */
export interface Plan {
  readonly name: string;
  readonly localPort: number;
  /** The command that deploys it. */
  readonly deploy: string;
}

export interface StartProps {
  readonly name: string;
  readonly region: string;
  readonly localPort: number;
  readonly mailFrom: string | undefined;
  /** Where this machine keeps the deployment's files. */
  readonly folder: string;
}

/** A site at an edge, as Terraform's outputs describe it, and where this machine is to show it. */
export interface EdgeSite {
  readonly name: string;
  readonly url: string;
  readonly region: string;
  readonly distributionId: string;
  /** The address of the HTTP API behind the edge. */
  readonly apiUrl: string;
  /** Names of its functions. */
  readonly functions: readonly string[];
  readonly localPort: number;
  readonly folder: string;
}

export interface SentMail {
  readonly at: Date;
  readonly poolId: string;
  readonly to: string;
  readonly text: string;
  readonly purpose: "confirm" | "reset";
}

export interface SentText {
  readonly at: Date;
  readonly to: string;
  readonly text: string;
}

/** What a site at an edge needs of a cloud. */
export interface EdgeCloud {
  /** Where presigned URLs of images lead; undefined if to the bucket's own address. */
  imageOrigin(): string | undefined;
  /** Shows a site, and returns how this machine reaches it. */
  show(site: EdgeSite): Promise<FrontDoor>;
  /** How this machine reaches a site that was shown; undefined if it does not. */
  door(site: Pick<EdgeSite, "name" | "url">): Promise<FrontDoor | undefined>;
  /** Where this machine reaches the HTTP API without the edge. */
  apiAddress(site: Pick<EdgeSite, "name" | "apiUrl">): Promise<string | undefined>;
  /** To see where a site's domain leads; undefined if no name service knows it. */
  resolver(): Resolver | undefined;
  /** What a user pool has mailed, the oldest first; undefined if its mail goes to its readers. */
  sentMails(poolId: string): Promise<readonly SentMail[] | undefined>;
}

/** Every difference between the clouds. It takes values and knows nothing of a deployment. */
export interface Cloud {
  readonly name: string;
  /** If so, what it holds is gone when it stops: no one confirms a removal, and nothing is searched for afterwards. */
  readonly isDisposable: boolean;
  /** What the step of `access` is called. */
  readonly accessStep: string;

  /** Tools for a deploy beside those that every cloud needs. */
  requirements(domain: string | undefined): readonly RequirementName[];
  readonly requiredForDestroy: readonly RequirementName[];
  readonly requiredForApi: readonly RequirementName[];
  /** Free disk space that a deploy takes. */
  readonly diskBytes: number;
  /** The system whose Python Ansible meets on the hosts. */
  hostSystem(os: OperatingSystem): OperatingSystem;
  /** What on this machine prevents a deploy, a sentence each. */
  faultsOfMachine(plan: Plan): Promise<string[]>;

  /** Signs in, or starts the local cloud; throws a UserError that says what to set. */
  access(region: string): Promise<Access>;
  /** As `access`, but starts nothing; undefined if nothing runs. */
  presentAccess(region: string): Promise<Access | undefined>;
  /** As `presentAccess`, without a request. */
  uncheckedAccess(): Access | undefined;
  /** Changes when everything that the cloud held is gone; undefined for a cloud that keeps it. */
  generation(): string | undefined;

  /** Makes what hosts are made of, so that it fails before anything is changed. */
  prepare(): Promise<void>;
  /** Runs Terraform's apply. If this machine starts the hosts, new ones start as soon as Terraform has made them. */
  applyAndBoot(props: StartProps, apply: () => Promise<void>): Promise<void>;
  /** Starts what Terraform made. Returns the ids of instances that are new on this machine. */
  startHosts(props: StartProps): Promise<readonly string[]>;
  hasHosts(name: string): Promise<boolean>;
  removeHosts(name: string): Promise<void>;
  /** Ends the cloud if nothing uses it. `others`: other deployments of this clone in it. */
  stop(others: boolean): Promise<void>;

  /** The IPv4 range that may use SSH and metrics unless the operator names one. */
  operatorCidr(): Promise<string>;
  /** Where this machine reaches a port of a host; undefined if the host does not run. */
  portOf(host: Instance, port: number): Promise<HostPort | undefined>;
  /** Undefined if the frontend host does not run. */
  frontDoor(site: Site): Promise<FrontDoor | undefined>;
  /** What `make output` shows of a front door beside Terraform's outputs. */
  shownDoor(door: FrontDoor): object;
  /** Other names of a site than its domain and public name; undefined if the frontend host does not run. */
  otherNames(site: Site): Promise<SiteNames | undefined>;
  /** Records that a site is shown at another origin, so that its bucket accepts pages from there. */
  noteSite(name: string, origin: string, shownAt: string): void;
  forgetSite(name: string): void;

  /** Where a domain has to point, where the cloud's own DNS says so already. */
  domainTarget(domain: string, frontend: Instance): Promise<DomainTarget>;
  /** As `domainTarget`, before a deploy changes anything; undefined if the name is made later. */
  domainTargetBefore(frontend: Instance): DomainTarget | undefined;
  /** Ansible's variables that name a certificate authority. Without them it is Let's Encrypt. */
  certificateAuthority(): Promise<object>;
  endpoints(props: EndpointProps): Promise<Endpoints>;

  /** Whether text messages reach people. If not, `sentTexts` lists them. */
  readonly deliversTexts: boolean;
  /** What a role has sent by text message, the oldest first; none if they are delivered. */
  sentTexts(role: string): Promise<readonly SentText[]>;

  /** For the stack that has an edge. */
  readonly edge: EdgeCloud;

  /** Where mail goes that the site sends; undefined if to its readers. */
  readonly mailNote: string | undefined;
  /** Why a host may be unreachable, with the command that admits this machine. */
  unreachedNote(deploy: string): string;
  /** What an operating system without support means. `advice`: how to leave it. */
  supportNote(ended: string, advice: string): string;
  /** What precedes the price of a month. */
  readonly priceNote: string | undefined;
}
