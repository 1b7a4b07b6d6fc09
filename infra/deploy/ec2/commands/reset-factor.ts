import { randomUUID } from "node:crypto";
import { UserError } from "../../../cli/user-error.ts";
import type { Deployment } from "../../deployment.ts";
import { chosenAccount, factorReset, tellFactorReset } from "../../site/factor-reset.ts";
import { requireOutputs } from "../../terraform/state.ts";
import { handOverCommand, jobs, takeBackCommand } from "../hosts/host-commands.ts";
import { hostsOf } from "../hosts/ssh.ts";
import { runJob } from "../hosts/systemd-job.ts";

/** Removes all second factors of an account by a job of the backend host. */
export async function resetFactor(deployment: Deployment): Promise<void> {
  const account = chosenAccount();
  const hosts = hostsOf(deployment, await requireOutputs(deployment));
  const id = randomUUID();
  const handed = await hosts.run("backend", handOverCommand(id, account));
  if (handed.code !== 0) throw new UserError(`The backend host did not answer: ${handed.stderr.trim()}`);
  const { report, said } = await runJob(hosts, jobs.resetFactor(id)).finally(() =>
    hosts.run("backend", takeBackCommand(id)),
  );
  if (report === undefined) {
    const reason = said || "the release on the host knows no such job yet";
    throw new UserError(`Nothing was removed: ${reason}\nMore about it: ${deployment.make("logs")}`);
  }
  tellFactorReset(account, factorReset.parse(report["reset-factor"]));
}
