import { Resolver } from "node:dns/promises";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { UserError } from "../../cli/user-error.ts";
import type { Cloud } from "./cloud.ts";
import { sdkClient } from "./sdk-client.ts";

/** AWS itself. */
export const aws: Cloud = {
  name: "aws",
  isDisposable: false,
  accessStep: "Sign in to AWS",

  requirements: () => [],
  requiredForDestroy: ["terraform"],
  requiredForApi: [],
  diskBytes: 200 * 2 ** 20,
  hostSystem: (os) => os,
  faultsOfMachine: async () => [],

  access,
  presentAccess: access,
  uncheckedAccess: () => ({}),
  generation: () => undefined,

  prepare: async () => {},
  applyAndBoot: (_props, apply) => apply(),
  startHosts: async () => [],
  hasHosts: async () => false,
  removeHosts: async () => {},
  stop: async () => {},

  operatorCidr,
  portOf: async ({ publicIp }, port) => ({ address: publicIp, port, origin: `http://${publicIp}:${port}` }),
  frontDoor: async ({ url }) => ({ url }),
  shownDoor: () => ({}),
  otherNames: async ({ domain, frontend }) => ({
    hosts: [],
    otherOrigins: domain === undefined ? [`http://${frontend.publicIp}`] : [],
  }),
  noteSite: () => {},
  forgetSite: () => {},

  domainTarget: async (_domain, { publicIp }) => ({ address: publicIp, resolver: new Resolver() }),
  domainTargetBefore: ({ publicIp }) => ({ address: publicIp, resolver: new Resolver() }),
  certificateAuthority: async () => ({}),
  endpoints: async ({ bucket, region }) => ({
    imageOrigin: `https://${bucket}.s3.${region}.amazonaws.com`,
    environment: {},
  }),

  deliversTexts: true,
  sentTexts: async () => [],

  edge: {
    imageOrigin: () => undefined,
    show: async ({ url }) => ({ url }),
    door: async ({ url }) => ({ url }),
    apiAddress: async ({ apiUrl }) => apiUrl,
    resolver: () => new Resolver(),
    sentMails: async () => undefined,
  },

  mailNote: undefined,
  unreachedNote: (deploy) => ` It lets in the address that deployed it: from another one, first ${deploy}`,
  supportNote: (ended, advice) => `Out of support: ${ended}. It gets no security updates.\n${advice}`,
  priceNote: undefined,
};

export function noCredentials({ message }: Error): UserError {
  return new UserError(
    `AWS could not be reached, or rejected these credentials (${message}).\n` +
      "Set credentials: `aws configure`, `aws sso login`, or AWS_PROFILE, or AWS_ACCESS_KEY_ID and " +
      "AWS_SECRET_ACCESS_KEY.\nWithout an AWS account: make deploy CLOUD=local",
    2,
  );
}

/** Asks AWS for our identity and its regions. */
async function access(region: string): Promise<Record<string, string>> {
  // In a region where every account has an endpoint; a wrong region has none that could answer.
  const home = { ...sdkClient({}, undefined, "us-east-1"), maxAttempts: 2 };
  try {
    await new STSClient(home).send(new GetCallerIdentityCommand({}));
  } catch (error) {
    throw noCredentials(error as Error);
  }
  const { DescribeRegionsCommand, EC2Client } = await import("@aws-sdk/client-ec2"); // the largest of the clients
  const known = await new EC2Client(home)
    .send(new DescribeRegionsCommand({}))
    .then(({ Regions = [] }) => Regions.map(({ RegionName }) => RegionName!))
    .catch(() => [region]); // without the right to list regions, Terraform reports a wrong one
  if (known.includes(region)) return {};
  throw new UserError(
    `There is no region ${region} for this account. REGION is one of: ${known.toSorted().join(", ")}`,
    2,
  );
}

/** This machine as AWS sees it. */
async function operatorCidr(): Promise<string> {
  const answer = await fetch("https://checkip.amazonaws.com", { signal: AbortSignal.timeout(5000) })
    .then((response) => response.text())
    .catch(() => "");
  if (/^(\d{1,3}\.){3}\d{1,3}$/.test(answer.trim())) return `${answer.trim()}/32`;
  throw new UserError(
    "This machine's public address could not be determined. " +
      "Say who may use SSH and metrics: make deploy OPERATOR_CIDR=203.0.113.7/32",
    2,
  );
}
