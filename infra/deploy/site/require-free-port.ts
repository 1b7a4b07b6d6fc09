import { createServer } from "node:net";
import { publishes } from "../../local-cloud/ec2/hosts.ts";
import { Failure } from "../../cli/user-error.ts";
import type { Deployment } from "../deployment.ts";

/** Throws a Failure where another than this deployment's own host listens on its port. */
export async function requireFreePort({ name, localPort, make }: Deployment): Promise<void> {
  if ((await publishes(name, localPort)) || (await isFree(localPort))) return;
  throw new Failure(
    `Port ${localPort} of this machine is taken. Choose another: ${make("deploy")} LOCAL_PORT=${localPort + 1}`,
    2,
  );
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer().once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
}
