import { writeFileSync } from "node:fs";
import { basename } from "node:path";
import { acmeAuthority, acmeName, startAcme } from "../../../local-cloud/acme/acme.ts";
import { runningCloud } from "../../../local-cloud/cloud.ts";
import { hostGateway } from "../../../local-cloud/ec2/networks.ts";
import type { Deployment } from "../../deployment.ts";
import { type HostName, hostAddress, identityOptions } from "../hosts/ssh.ts";
import { domainOf } from "../../site/domain.ts";
import { siteNames } from "../../site/names.ts";
import { keyOnly, operatorPublicKey } from "../operator.ts";
import type { Outputs } from "../../terraform/state.ts";
import { acmeClient } from "./acme-client.ts";
import type { NodeRuntime } from "./node-runtime.ts";
import type { Release } from "../../build/release.ts";

export interface InventoryProps {
  readonly outputs: Outputs;
  readonly backend: Release;
  readonly frontend: Release;
  readonly node: NodeRuntime;
}

/** Writes what Ansible needs to know. Here, and nowhere in the playbooks, the clouds differ. */
export async function writeInventory(deployment: Deployment, props: InventoryProps): Promise<void> {
  const { outputs } = props;
  const endpoints =
    deployment.cloud === "local" ? await localEndpoints(props, deployment) : awsEndpoints(outputs);
  const names = await siteNames(deployment, outputs);
  const host = async (name: HostName, variables: object) => {
    const found = await hostAddress(deployment, outputs, name);
    const connection = {
      ansible_host: found.address,
      ansible_port: found.port,
      ansible_ssh_common_args: identityOptions(deployment, found).join(" "),
    };
    return { hosts: { [name]: { ...connection, ...variables } } };
  };
  const inventory = {
    all: {
      vars: {
        ansible_user: "ec2-user",
        ansible_ssh_private_key_file: basename(deployment.privateKey), // see `identityOptions`
        ansible_python_interpreter: "/opt/tintype/bin/python3",
        operator_key: keyOnly(await operatorPublicKey(deployment)),
      },
      children: {
        backend: await host("backend", {
          backend_release: props.backend,
          backend_site_release: props.frontend.id,
          backend_node: props.node,
          backend_listen: `${outputs.backend.privateIp}:${outputs.backend.apiPort}`,
          backend_metrics_listen: `${outputs.backend.privateIp}:${outputs.backend.metricsPort}`,
          backend_site_origin: outputs.url,
          backend_other_site_origins: names.otherOrigins,
          backend_bucket: outputs.bucket,
          backend_region: outputs.region,
          backend_mail_from: deployment.mailFrom ?? "",
          backend_confirmation: deployment.confirmation,
          backend_aws_environment: endpoints.environment,
        }),
        frontend: await host("frontend", {
          frontend_release: props.frontend,
          frontend_api_origin: `http://${outputs.backend.privateIp}:${outputs.backend.apiPort}`,
          frontend_image_origin: endpoints.imageOrigin,
          frontend_names: names.hosts,
          ...(await certification(deployment, outputs)),
        }),
      },
    },
  };
  writeFileSync(deployment.inventory, JSON.stringify(inventory, null, 2), { mode: 0o600 });
}

/** Whom the frontend host asks for a certificate, and for which name. Without a word of it, Let's Encrypt. */
async function certification({ cloud }: Deployment, outputs: Outputs): Promise<object> {
  const domain = domainOf(outputs);
  if (domain === undefined) return {};
  const site = { frontend_domain: domain, frontend_lego: await acmeClient() };
  if (cloud === "aws") return site;
  const { port } = await startAcme();
  return {
    ...site,
    frontend_acme_directory: `https://${acmeName}:${port}/dir`,
    frontend_acme_authority: acmeAuthority,
  };
}

interface Endpoints {
  readonly imageOrigin: string;
  readonly environment: Record<string, string>;
}

function awsEndpoints({ bucket, region }: Outputs): Endpoints {
  return { imageOrigin: `https://${bucket}.s3.${region}.amazonaws.com`, environment: {} };
}

async function localEndpoints({ outputs }: InventoryProps, deployment: Deployment): Promise<Endpoints> {
  const { mailFrom, localPort } = deployment;
  const cloud = runningCloud();
  if (cloud === undefined) throw new Error("the local cloud does not run");
  const imageOrigin = `http://s3.localhost:${cloud.s3Port}`;
  const gateway = `http://${await hostGateway(outputs.backend.instanceId)}`;
  return {
    imageOrigin,
    environment: {
      AWS_ENDPOINT_URL_S3: imageOrigin,
      // All are shown on localhost, and cookies know no port. A site with a domain is shown under its own name.
      ...(domainOf(outputs) === undefined && { REFRESH_COOKIE: `refresh-${localPort}` }),
      AWS_EC2_METADATA_SERVICE_ENDPOINT: `${gateway}:${cloud.metadataPort}`,
      ...(mailFrom !== undefined && { AWS_ENDPOINT_URL_SESV2: `${gateway}:${cloud.mailPort}` }),
    },
  };
}
