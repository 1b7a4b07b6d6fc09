import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { run } from "../../cli/run.ts";
import { UserError } from "../../cli/user-error.ts";
import type { Deployment } from "../deployment.ts";
import { resourcesIn, type State } from "../terraform/state.ts";

/** The public half of the deployment's SSH key, in OpenSSH format; the key is made at the first use. */
export async function operatorPublicKey(
  deployment: Pick<Deployment, "privateKey" | "name">,
): Promise<string> {
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

/** Says that the state is shared, and the hosts were made by a machine whose key is not here. */
export function missingKey(
  { privateKey, stateBucket, name }: Pick<Deployment, "privateKey" | "stateBucket" | "name">,
  state: State | undefined,
): string | undefined {
  if (stateBucket === undefined || existsSync(privateKey) || resourcesIn(state) === 0) return undefined;
  return (
    `${name} was deployed from another machine, and the SSH key to its hosts is not here. ` +
    `Copy it from there, readable by you alone: ${privateKey}`
  );
}

/** Throws a UserError in that case. */
export function requireKey(...given: Parameters<typeof missingKey>): void {
  const fault = missingKey(...given);
  if (fault !== undefined) throw new UserError(fault, 2);
}
