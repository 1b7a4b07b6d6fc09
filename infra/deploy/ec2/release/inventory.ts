import { writeFileSync } from "node:fs";
import { basename } from "node:path";
import type { Cloud } from "../../clouds/cloud.ts";
import type { Deployment } from "../../deployment.ts";
import { type HostName, hostAddress, identityOptions } from "../hosts/ssh.ts";
import { domainOf } from "../site/domain.ts";
import { siteNames } from "./site-names.ts";
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

/** Writes what Ansible needs to know. */
export async function writeInventory(deployment: Deployment, props: InventoryProps): Promise<void> {
  const { outputs } = props;
  const { cloud, localPort, mailFrom, smsMonthlyUsd } = deployment;
  const { bucket, region } = outputs;
  const domain = domainOf(outputs);
  const endpoints = await cloud.endpoints({
    ...{ bucket, region, domain, localPort, mailFrom, smsMonthlyUsd },
    backend: outputs.backend,
  });
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
          backend_bucket: bucket,
          backend_region: region,
          backend_mail_from: mailFrom ?? "",
          backend_sms_monthly_usd: smsMonthlyUsd ?? "",
          backend_sms_countries: deployment.smsCountries ?? "",
          backend_confirmation: deployment.confirmation,
          backend_notestamp: deployment.notestamp,
          backend_providers: deployment.providers ?? "",
          backend_access_tokens: deployment.accessTokens,
          backend_aws_environment: endpoints.environment,
        }),
        frontend: await host("frontend", {
          frontend_release: props.frontend,
          frontend_api_origin: `http://${outputs.backend.privateIp}:${outputs.backend.apiPort}`,
          frontend_image_origin: endpoints.imageOrigin,
          frontend_names: names.hosts,
          frontend_notestamp: deployment.notestamp,
          ...(await certification(domain, cloud)),
        }),
      },
    },
  };
  writeFileSync(deployment.inventory, JSON.stringify(inventory, null, 2), { mode: 0o600 });
}

/** Which authority the frontend host asks for a certificate, and for which name. */
async function certification(domain: string | undefined, cloud: Cloud): Promise<object> {
  if (domain === undefined) return {};
  const site = { frontend_domain: domain, frontend_lego: await acmeClient() };
  return { ...site, ...(await cloud.certificateAuthority()) };
}
