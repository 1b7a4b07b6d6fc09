import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { Failure } from "../../cli/user-error.ts";
import { run } from "../../cli/run.ts";
import type { Deployment } from "../deployment.ts";
import { readState, resourcesIn } from "../terraform/state.ts";

/** The public half of the deployment's SSH key, in OpenSSH format; the key is made at the first use. */
export async function operatorPublicKey(deployment: Deployment): Promise<string> {
  const { privateKey, name } = deployment;
  const publicKey = `${privateKey}.pub`;
  if (!existsSync(privateKey)) {
    await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", `tintype-${name}`, "-f", privateKey]);
  }
  if (!existsSync(publicKey)) writeFileSync(publicKey, await run("ssh-keygen", ["-y", "-f", privateKey]));
  return readFileSync(publicKey, "utf8").trim();
}

/** Type and base64 of a public key: its comment is not the same everywhere. */
export const keyOnly = (publicKey: string) => publicKey.split(" ").slice(0, 2).join(" ");

/** Throws a Failure where the state is shared, and the hosts were made by a machine whose key is not here. */
export async function requireKey(deployment: Deployment): Promise<void> {
  const { privateKey, stateBucket, name } = deployment;
  if (stateBucket === undefined || existsSync(privateKey)) return;
  if (resourcesIn(await readState(deployment)) === 0) return;
  throw new Failure(
    `${name} was deployed from another machine, and the SSH key to its hosts is not here. ` +
      `Copy it from there, readable by you alone: ${privateKey}`,
    2,
  );
}
