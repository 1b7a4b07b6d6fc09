import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { aws } from "../../deploy/clouds/aws.ts";
import type { Deployment } from "../../deploy/deployment.ts";
import type { Outputs } from "../../deploy/terraform/state.ts";

/** A deployment whose folder is new, empty and its own. */
export function scratchDeployment(given: Partial<Deployment> = {}): Deployment {
  const folder = mkdtempSync(join(tmpdir(), "tintype-deployment-"));
  const terraformFolder = join(folder, "stack");
  mkdirSync(terraformFolder);
  return {
    cloud: aws,
    stack: "ec2",
    name: "blue",
    region: "us-east-1",
    localPort: 8080,
    mailFrom: undefined,
    smsMonthlyUsd: undefined,
    smsCountries: undefined,
    confirmation: "optional",
    notestamp: "off",
    providers: undefined,
    accessTokens: "hs256",
    domain: undefined,
    replace: undefined,
    operatorCidr: undefined,
    stateBucket: undefined,
    reservedConcurrency: "yes",
    lose: [],
    os: "al2",
    folder,
    logs: folder,
    terraformFolder,
    privateKey: join(folder, "operator-key"),
    knownHosts: join(folder, "known-hosts"),
    inventory: join(folder, "inventory.json"),
    make: (target, changed = {}) =>
      [
        "make",
        target,
        "NAME=blue",
        ...Object.entries(changed).map(([name, value]) => `${name}=${value}`),
      ].join(" "),
    ...given,
  };
}

/** What a finished deploy tells of two hosts. */
export const scratchOutputs: Outputs = {
  url: "http://site.example",
  region: "us-east-1",
  bucket: "blue-pictures",
  frontend: {
    instanceId: "i-0f",
    privateIp: "10.0.0.4",
    publicIp: "203.0.113.4",
    publicDns: "site.example",
  },
  backend: {
    instanceId: "i-0b",
    privateIp: "10.0.0.5",
    publicIp: "203.0.113.5",
    apiPort: 8080,
    metricsPort: 9464,
  },
};

/** A state that holds two resources and, where outputs are given, all that a finished deploy leaves, but for undefined ones. */
export function writeState({ terraformFolder }: { terraformFolder: string }, given?: object): void {
  const host = {
    instanceId: "i-0f",
    privateIp: "10.0.0.4",
    publicIp: "127.0.0.1",
    publicDns: "site.example",
  };
  const all = {
    url: "http://site.example",
    region: "us-east-1",
    bucket: "blue",
    frontend: host,
    backend: host,
  };
  const outputs = given === undefined ? [] : Object.entries({ ...all, ...given });
  const state = {
    version: 4,
    outputs: Object.fromEntries(
      outputs.filter(([, value]) => value !== undefined).map(([name, value]) => [name, { value }]),
    ),
    resources: [
      { mode: "data", instances: [{}] },
      { mode: "managed", instances: [{}] },
      { mode: "managed", instances: [{}] },
    ],
  };
  writeFileSync(join(terraformFolder, "terraform.tfstate"), JSON.stringify(state));
}
