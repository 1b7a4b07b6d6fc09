import { UserError } from "../../cli/user-error.ts";
import { askControl, type LocalCloud, runningCloud } from "../../local-cloud/cloud.ts";
import { noteSite } from "../../local-cloud/emulator/site-origins.ts";
import type { EdgeCloud, EdgeSite, FrontDoor, SentMail } from "./cloud.ts";
import { keepPort } from "./local-port.ts";

/** Names of deployments have no dot: the key is none of `ec2`. */
export const siteKey = (name: string) => `${name}.serverless`;

const doorAt = (port: number): FrontDoor => ({ url: `http://localhost:${port}` });

/** Sites of the local cloud, which its process shows on ports of this machine. */
export const edge: EdgeCloud = {
  imageOrigin: () => `http://s3.localhost:${requireCloud().s3Port}`,
  show,
  async door({ name }) {
    const site = await shownSite(name);
    return site && doorAt(site.port);
  },
  async apiAddress({ name }) {
    const site = await shownSite(name);
    return site && `http://127.0.0.1:${site.apiPort}`;
  },
  resolver: () => undefined,
  async sentMails(poolId) {
    const answer = await askControl(requireCloud(), "GET", "/mails");
    const mails = (answer?.body ?? []) as (Omit<SentMail, "at"> & { readonly at: string })[];
    return mails
      .filter((mail) => mail.poolId === poolId)
      .map(({ at, ...mail }) => ({ ...mail, at: new Date(at) }));
  },
};

async function show(site: EdgeSite): Promise<FrontDoor> {
  const { name, url, region, distributionId, apiUrl, functions, localPort, folder } = site;
  const answer = await askControl(requireCloud(), "PUT", `/sites/${siteKey(name)}`, {
    region,
    distributionId,
    apiId: new URL(apiUrl).hostname.split(".")[0],
    origin: url,
    port: localPort,
    functions,
    // All sites are shown on localhost, and cookies know no port.
    environment: { REFRESH_COOKIE: `refresh-${localPort}` },
  });
  if (answer?.status === 409) throw new UserError(`Port ${localPort} of this machine is taken.`, 2);
  if (answer?.status !== 200)
    throw new UserError("The local cloud does not show the site; its log says why.");
  keepPort(folder, localPort);
  const door = doorAt(localPort);
  noteSite(siteKey(name), { origin: url, shownAt: door.url });
  return door;
}

async function shownSite(name: string): Promise<{ port: number; apiPort: number } | undefined> {
  const cloud = runningCloud();
  const answer = cloud && (await askControl(cloud, "GET", `/sites/${siteKey(name)}`));
  return answer?.status === 200 ? (answer.body as { port: number; apiPort: number }) : undefined;
}

function requireCloud(): LocalCloud {
  const cloud = runningCloud();
  if (cloud === undefined) throw new Error("the local cloud does not run");
  return cloud;
}
