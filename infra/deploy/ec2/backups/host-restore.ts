import { z } from "zod";
import { UserError } from "../../../cli/user-error.ts";
import { say, step } from "../../../cli/steps.ts";
import { plural } from "../../../cli/plural.ts";
import { jobs, rowCountsCommand } from "../hosts/host-commands.ts";
import type { Hosts } from "../hosts/ssh.ts";
import { runJob } from "../hosts/systemd-job.ts";
import { type BackupRecord, contentsOf } from "./manifest.ts";

const restored = z.object({
  before: z.string(),
  migrated: z.array(z.string()),
  broughtBack: z.number(),
  lost: z.array(z.string()),
  seconds: z.number(),
});
type Restored = z.infer<typeof restored>;

/** What a restore will replace, in a few words. */
export async function presentContents(hosts: Hosts): Promise<string> {
  const { code, stdout } = await hosts.run("backend", rowCountsCommand);
  const [accounts = 0, images = 0] = stdout.trim().split(/\s+/).map(Number);
  return code === 0 ? contentsOf({ accounts, images }) : "tables that cannot be read";
}

/** Has the backend host put a backup of its bucket in the place of what it has, and compare records with objects. */
export async function restoreOnHost(hosts: Hosts, { name, rows }: BackupRecord): Promise<void> {
  const done = await step("Check it, keep what is there, and exchange the tables", async () => {
    const { isWell, report, said } = await runJob(hosts, jobs.restore(name));
    if (isWell && report !== undefined) return restored.parse(report["restore"]);
    const reason = said || "the release on the host knows no backups yet";
    throw new UserError(`It was not restored: ${reason}\nTo see more: ${hosts.make("logs")}`);
  });
  tell(hosts, done);
  await step("Compare records with objects", () => requireWhole(hosts, done.lost));
  say(`\nRestored ${name}: ${contentsOf(rows)}. Everybody is signed out.`);
}

function tell(hosts: Hosts, { before, migrated, broughtBack }: Restored): void {
  if (migrated.length > 0) say(`    It was from an older release; migrated: ${migrated.join(", ")}`);
  if (broughtBack > 0) say(`    ${plural(broughtBack, "object")} deleted since brought back`);
  say(`    What was there: ${hosts.make("restore")} FROM=${before}`);
}

/** Throws a UserError if objects of the restored records are gone: no loss is silent. */
async function requireWhole(hosts: Hosts, lost: string[]): Promise<void> {
  const { report, said } = await runJob(hosts, jobs.integrity("check"));
  if (report === undefined)
    throw new UserError(`Restored, but records and objects were not compared: ${said}`);
  const { missing, mismatched, orphaned } = z
    .object({ missing: z.array(z.string()), mismatched: z.array(z.string()), orphaned: z.array(z.string()) })
    .parse(report["integrity"]);
  if (orphaned.length > 0) {
    say(
      `    ${plural(orphaned.length, "object")} of no record: ${hosts.make("integrity")} REPAIR=1 removes them`,
    );
  }
  const faulty = [...new Set([...lost, ...missing, ...mismatched])].toSorted();
  if (faulty.length === 0) return;
  throw new UserError(
    `Restored, everybody is signed out; but ${plural(faulty.length, "object")} that records point at ` +
      `are gone or damaged. The records stay:\n  ${faulty.join("\n  ")}`,
  );
}
