import { openJobs } from "../../compose/serverless-jobs.ts";
import { jobsConfig } from "../../config/serverless.ts";
import { isTrial } from "../../process/trial.ts";

interface JobEvent {
  readonly job: string;
  readonly repair?: boolean;
  /** Asked by an operator, who reads the report: faults are then no failure of the function. */
  readonly answer?: boolean;
  /** The address of the account that `reset-factor` is for. */
  readonly account?: string;
}

const { run, resetFactor, countPasskeys, probe } = openJobs(jobsConfig());

/** Runs one job and returns its report. On the schedule it fails if faults remain, which raises an alarm. */
export async function handler(event: unknown) {
  if (isTrial(event)) return probe();
  const { job, repair = false, answer = false, account = "" } = event as JobEvent;
  if (job === "reset-factor") return { reset: (await resetFactor(account)) ?? null };
  if (job === "passkeys") return { passkeys: await countPasskeys() };
  const report = await run(job, repair);
  if (report.faults > 0 && !answer) throw new Error(`${job}: ${report.faults} faults remain`);
  return report;
}
